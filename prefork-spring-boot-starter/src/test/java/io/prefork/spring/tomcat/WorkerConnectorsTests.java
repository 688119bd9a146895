package io.prefork.spring.tomcat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

import io.prefork.os.Scheme;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.Drain;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

/**
 * Tests for {@link WorkerConnectors} and {@link AddedConnector}.
 */
class WorkerConnectorsTests extends ServerAdapterTestSupport {

	private static final String[] TLS = { "server.ssl.key-store=" + TestCertificate.keyStore(),
			"server.ssl.key-store-password=" + TestCertificate.PASSWORD };

	private WebServerFactoryCustomizer<TomcatWebServerFactory> customizer = (factory) -> {
	};

	private boolean reactive;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return this.reactive ? ReactiveTomcatTestApplication.run(worker, properties)
				: TomcatTestApplication.run(worker, this.customizer, properties);
	}

	private void addConnector(Connector connector) {
		this.customizer = (factory) -> factory.addAdditionalConnectors(connector);
	}

	private static Connector connector(int port) {
		Connector connector = new Connector();
		connector.setPort(port);
		return connector;
	}

	@Test
	void whenPortOfAddedConnectorIsDeclaredThenItIsAdoptedAndDrained() throws Exception {
		TestListener second = use(TestListener.tcp());
		Connector added = connector(second.port());
		added.setProxyName("proxy.example.org");
		((Http11NioProtocol) added.getProtocolHandler()).setMaxHttpRequestHeaderSize(20_000);
		addConnector(added);
		StubWorker worker = new StubWorker(StubWorker.gthread(2), this.listener, second);
		start(worker);
		worker.gate().open();
		assertThat(connect().get("/name").answer().body()).isEqualTo("localhost");
		HttpConnection connection = connectTo(second);
		assertThat(connection.get("/name").answer().body()).isEqualTo("proxy.example.org");
		assertThat(
				connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(15_000) + "\r\n\r\n")
					.answer()
					.status())
			.isEqualTo(200);
		assertThat(worker.connections()).isEqualTo(2);
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenAddedConnectorHasTlsThenItKeepsIt() throws Exception {
		TestListener second = use(TestListener.tcp());
		Connector added = connector(second.port());
		SSLHostConfig host = new SSLHostConfig();
		SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host,
				SSLHostConfigCertificate.Type.UNDEFINED);
		certificate.setCertificateKeystoreFile(TestCertificate.keyStore());
		certificate.setCertificateKeystorePassword(TestCertificate.PASSWORD);
		host.addCertificate(certificate);
		added.addSslHostConfig(host);
		added.setSecure(true);
		added.setScheme("https");
		((Http11NioProtocol) added.getProtocolHandler()).setSSLEnabled(true);
		addConnector(added);
		StubWorker worker = new StubWorker(StubWorker.gthread(2), this.listener, second);
		start(worker);
		worker.gate().open();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + second.port() + "/hello"))
			.timeout(PATIENTLY)
			.build();
		assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("hello");
	}

	@Test
	void whenPortOfAddedConnectorIsNotDeclaredThenStartFailsAndSaysHowToDeclareIt() {
		TestListener second = use(TestListener.tcp());
		addConnector(connector(second.port()));
		assertThatException().isThrownBy(() -> started(StubWorker.gthread(1)))
			.havingRootCause()
			.asInstanceOf(throwable(InvalidSettingException.class))
			.hasMessage("'prefork.bind' is set to '127.0.0.1:" + this.listener.port() + "', in which port "
					+ second.port() + " is missing, on which the application adds a connector to Tomcat.")
			.extracting(InvalidSettingException::getRemedy)
			.asString()
			.startsWith("Add ':" + second.port() + "' to 'prefork.bind'");
	}

	@Test
	void whenAddedConnectorSpeaksAnotherProtocolThenStartFails() {
		TestListener second = use(TestListener.tcp());
		Connector added = new Connector("AJP/1.3");
		added.setPort(second.port());
		addConnector(added);
		assertThatException().isThrownBy(() -> start(new StubWorker(StubWorker.gthread(1), this.listener, second)))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("port " + second.port() + " to Tomcat that workers cannot share: ");
	}

	@Test
	void whenAllAddressesBelongToAddedConnectorsThenStartFails() {
		addConnector(connector(this.listener.port()));
		assertThatException().isThrownBy(() -> started(StubWorker.gthread(1)))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("all of which belong to connectors that the application adds to Tomcat");
	}

	@Test
	void whenAddressNeedsTlsThatServerHasNotThenStartFails() {
		TestListener secure = use(TestListener.tcp(Scheme.HTTPS));
		assertThatException().isThrownBy(() -> start(new StubWorker(StubWorker.gthread(1), this.listener, secure)))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("'https://127.0.0.1:" + secure.port() + "', which needs TLS");
	}

	@Test
	void whenNoAddressHasTlsAlthoughItIsConfiguredThenAllAreServedWithout() throws Exception {
		TestListener plain = use(TestListener.tcp(Scheme.HTTP));
		StubWorker worker = new StubWorker(StubWorker.gthread(1), plain);
		start(worker, TLS);
		worker.gate().open();
		assertThat(connectTo(plain).get("/hello").answer().body()).isEqualTo("hello");
	}

	@Test
	void whenCertificatesAreReplacedThenOnAllAddresses() {
		PreforkHttp11Protocol main = new PreforkHttp11Protocol();
		PreforkHttp11Protocol other = new PreforkHttp11Protocol();
		main.addSslHostConfig(new SSLHostConfig());
		other.shareTlsOf(main);
		assertThat(other.findSslHostConfigs()).containsExactly(main.findSslHostConfigs());
		SSLHostConfig renewed = new SSLHostConfig();
		main.addSslHostConfig(renewed, true);
		assertThat(other.findSslHostConfigs()).containsExactly(renewed);
	}

	@Test
	void whenTlsAndPlainAreSideBySideThenRequestsKnowWhichIsTheirs() throws Exception {
		TestListener plain = use(TestListener.tcp(Scheme.HTTP));
		TestListener secure = use(TestListener.tcp(Scheme.HTTPS));
		StubWorker worker = new StubWorker(StubWorker.gthread(1), plain, this.listener, secure);
		ConfigurableApplicationContext context = start(worker, TLS);
		worker.gate().open();
		assertThat(context.getEnvironment().getProperty("local.server.port"))
			.isEqualTo(Integer.toString(secure.port()));
		assertThat(connectTo(plain).get("/scheme").answer().body()).isEqualTo("http");
		assertThat(connect().get("/scheme").answer().body()).isEqualTo("http");
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + secure.port() + "/scheme"))
			.timeout(PATIENTLY)
			.build();
		assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("https");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenAnswersAreCompressedThenOnAllAddresses(boolean reactive) throws Exception {
		this.reactive = reactive;
		TestListener second = startWithSecond("server.compression.enabled=true",
				"server.compression.min-response-size=1B");
		for (TestListener each : List.of(this.listener, second)) {
			assertThat(connectTo(each)
				.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nAccept-Encoding: gzip\r\n\r\n")
				.head()
				.headers()).containsEntry("content-encoding", "gzip");
		}
	}

	/**
	 * Which Boot has servlet applications say alone.
	 */
	@Test
	void whenServerIsNamedThenOnAllAddresses() throws Exception {
		TestListener second = startWithSecond("server.server-header=Example");
		for (TestListener each : List.of(this.listener, second)) {
			assertThat(connectTo(each).get("/hello").answer().headers()).containsEntry("server", "Example");
		}
	}

	private TestListener startWithSecond(String... properties) {
		TestListener second = use(TestListener.tcp());
		StubWorker worker = new StubWorker(StubWorker.gthread(2), this.listener, second);
		start(worker, properties);
		worker.gate().open();
		return second;
	}

}
