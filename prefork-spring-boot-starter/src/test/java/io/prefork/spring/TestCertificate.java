package io.prefork.spring;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for {@code localhost}, made anew for each JVM that runs tests: several do
 * at a time.
 */
public final class TestCertificate {

	public static final String PASSWORD = "changeit";

	private static final Path keyStore = generate();

	private TestCertificate() {
	}

	private static Path generate() {
		try {
			Path directory = Files.createDirectories(Path.of("target", "test-certificates").toAbsolutePath());
			Path file = directory.resolve(ProcessHandle.current().pid() + ".p12");
			Files.deleteIfExists(file);
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
					"-genkeypair", "-alias", "test", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
					"san=dns:localhost", "-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(),
					"-storepass", PASSWORD)
				.redirectErrorStream(true)
				.start();
			String output = new String(process.getInputStream().readAllBytes());
			if (process.waitFor() != 0) {
				throw new IllegalStateException(output);
			}
			return file;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static String keyStore() {
		return keyStore.toUri().toString();
	}

	public static SSLContext trustingContext() throws Exception {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(keyStore)) {
			trusted.load(in, PASSWORD.toCharArray());
		}
		// An entry with a private key is no trust anchor
		KeyStore anchors = KeyStore.getInstance("PKCS12");
		anchors.load(null, null);
		anchors.setCertificateEntry("test", trusted.getCertificate("test"));
		TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		factory.init(anchors);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, factory.getTrustManagers(), null);
		return context;
	}

}
