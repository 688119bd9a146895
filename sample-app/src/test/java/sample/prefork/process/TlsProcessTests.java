package sample.prefork.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashSet;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An SSL bundle and HTTP/2, through the inherited socket.
 */
class TlsProcessTests extends ProcessTestSupport {

	private static final Path CURL = Path.of("/usr/bin/curl");

	private static final String PASSWORD = "changeit";

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return launcher.chaos()
			.managementPort()
			.arguments("--spring.ssl.bundle.jks.web.keystore.location=file:" + keyStore(),
					"--spring.ssl.bundle.jks.web.keystore.password=" + PASSWORD,
					"--spring.ssl.bundle.jks.web.keystore.type=PKCS12", "--server.ssl.bundle=web",
					"--server.http2.enabled=true", "--management.server.ssl.enabled=false");
	}

	private Path keyStore() {
		return sharedDirectory().resolve("server.p12");
	}

	@BeforeEach
	void makeKeyStore() throws IOException, InterruptedException {
		if (Files.exists(keyStore())) {
			return;
		}
		Process keytool = new ProcessBuilder(this.java.tool("keytool").toString(), "-genkeypair", "-alias", "server",
				"-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore",
				keyStore().toString(), "-storepass", PASSWORD)
			.inheritIO()
			.start();
		assertThat(keytool.waitFor()).isZero();
	}

	@Test
	void whenSslBundleAndHttp2ThenEveryWorkerSpeaksThem() throws Exception {
		PoolProcess pool = sharedPool();
		Set<String> workers = new HashSet<>();
		for (int i = 0; i < 40; i++) {
			HttpResponse<String> answer = client().send(request(pool, "/whoami"), BodyHandlers.ofString());
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(answer.version()).isEqualTo(Version.HTTP_2);
			workers.add(answer.body());
		}
		assertThat(workers).hasSize(2);
	}

	/**
	 * With curl, because the client of JDK 17 fails every stream of a connection on any
	 * GOAWAY, against RFC 9113 section 6.8.
	 */
	@Test
	void whenWorkerLeavesThenStreamsInFlightAreAnswered() throws Exception {
		if (!Files.isExecutable(CURL)) {
			System.out.println("whenWorkerLeavesThenStreamsInFlightAreAnswered is skipped: there is no " + CURL);
		}
		Assumptions.assumeTrue(Files.isExecutable(CURL));
		PoolProcess pool = sharedPool();
		Process slow = new ProcessBuilder(CURL.toString(), "--silent", "--insecure", "--http2", "--output", "/dev/null",
				"--write-out", "%{http_code} over %{http_version}",
				"https://localhost:" + pool.port() + "/chaos/slow?ms=5000")
			.redirectErrorStream(true)
			.start();
		PoolStatus busy = pool.awaitPool("the slow request is in a worker", (status) -> status.busy() == 1);
		long leaving = busy.workers().stream().filter((worker) -> worker.busy() == 1).findFirst().orElseThrow().pid();
		PoolProcess.signal("TERM", leaving);
		assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("200 over 2");
		pool.awaitPool("the worker is replaced", (status) -> status.settledAt(2) && !status.pids().contains(leaving));
	}

	private static HttpRequest request(PoolProcess pool, String path) {
		return HttpRequest.newBuilder(URI.create("https://localhost:" + pool.port() + path)).build();
	}

	private HttpClient client() throws IOException, GeneralSecurityException {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(keyStore())) {
			trusted.load(in, PASSWORD.toCharArray());
		}
		KeyStore certificates = KeyStore.getInstance("PKCS12");
		certificates.load(null, null);
		certificates.setCertificateEntry("server", trusted.getCertificate("server"));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(certificates);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		return HttpClient.newBuilder().version(Version.HTTP_2).sslContext(context).build();
	}

}
