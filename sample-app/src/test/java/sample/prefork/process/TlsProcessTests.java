package sample.prefork.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An SSL bundle and HTTP/2, through the inherited socket.
 */
class TlsProcessTests extends ProcessTestSupport {

	private static final String PASSWORD = "changeit";

	private Path keyStore;

	@BeforeEach
	void makeKeyStore() throws IOException, InterruptedException {
		this.keyStore = this.directory.resolve("server.p12");
		Process keytool = new ProcessBuilder(this.java.tool("keytool").toString(), "-genkeypair", "-alias", "server",
				"-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore",
				this.keyStore.toString(), "-storepass", PASSWORD)
			.inheritIO()
			.start();
		assertThat(keytool.waitFor()).isZero();
	}

	@Test
	void whenSslBundleAndHttp2ThenEveryWorkerSpeaksThem() throws Exception {
		PoolProcess pool = startWithTls();
		Set<String> workers = new HashSet<>();
		for (int i = 0; i < 40; i++) {
			HttpResponse<String> answer = client().send(request(pool, "/whoami"), BodyHandlers.ofString());
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(answer.version()).isEqualTo(Version.HTTP_2);
			workers.add(answer.body());
		}
		assertThat(workers).hasSize(2);
	}

	@Test
	void whenWorkerLeavesThenStreamsInFlightAreAnswered() throws Exception {
		PoolProcess pool = startWithTls();
		HttpClient client = client();
		HttpResponse<String> first = client.send(request(pool, "/whoami"), BodyHandlers.ofString());
		CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request(pool, "/chaos/slow?ms=3000"),
				BodyHandlers.ofString());
		pool.awaitPool("the slow request is in a worker", (status) -> status.busy() == 1);
		PoolStatus.Worker leaving = pool.pool()
			.workers()
			.stream()
			.filter((worker) -> first.body().contains("\"pid\":" + worker.pid() + ","))
			.findFirst()
			.orElseThrow();
		PoolProcess.signal("TERM", leaving.pid());
		assertThat(slow.get().statusCode()).isEqualTo(200);
		pool.awaitPool("the worker is replaced",
				(status) -> status.settledAt(2) && !status.pids().contains(leaving.pid()));
	}

	private PoolProcess startWithTls() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--spring.ssl.bundle.jks.web.keystore.location=file:" + this.keyStore,
					"--spring.ssl.bundle.jks.web.keystore.password=" + PASSWORD,
					"--spring.ssl.bundle.jks.web.keystore.type=PKCS12", "--server.ssl.bundle=web",
					"--server.http2.enabled=true", "--management.server.ssl.enabled=false")
			.start();
		pool.awaitSettled(2);
		return pool;
	}

	private static HttpRequest request(PoolProcess pool, String path) {
		return HttpRequest.newBuilder(URI.create("https://localhost:" + pool.port() + path)).build();
	}

	private HttpClient client() throws IOException, GeneralSecurityException {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(this.keyStore)) {
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
