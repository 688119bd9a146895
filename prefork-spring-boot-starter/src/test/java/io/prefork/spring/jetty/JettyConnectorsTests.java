package io.prefork.spring.jetty;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.prefork.os.Scheme;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Connectors}.
 */
@ExtendWith(OutputCaptureExtension.class)
class JettyConnectorsTests extends ServerAdapterTestSupport {

	private static final String[] TLS = { "server.ssl.key-store=" + TestCertificate.keyStore(),
			"server.ssl.key-store-password=" + TestCertificate.PASSWORD };

	private final TestListener second = use(TestListener.tcp());

	private final TestListener third = use(TestListener.tcp());

	private int ownPort = -1;

	private ServerConnector own;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, this::addConnector, properties);
	}

	private void addConnector(Server server) {
		if (this.ownPort >= 0) {
			this.own = new ServerConnector(server);
			this.own.setPort(this.ownPort);
			server.addConnector(this.own);
		}
	}

	@Test
	void whenAddressesSayWhatIsSpokenThenHttpAndHttpsAreServedSideBySide() throws Exception {
		StubWorker worker = worker(Scheme.HTTP, Scheme.HTTPS, Scheme.HTTPS);
		ConfigurableApplicationContext context = start(worker, TLS);
		worker.gate().open();
		assertThat(get("http", this.listener).body()).isEqualTo("hello");
		assertThat(get("https", this.second).body()).isEqualTo("hello");
		assertThat(get("https", this.third).body()).isEqualTo("hello");
		assertThat(context.getEnvironment().getProperty("local.server.port", Integer.class))
			.as("the port of Boot's own connector")
			.isEqualTo(this.second.port());
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenAddressesSayNothingThenTheFirstHasTlsAndItIsSaidThatOthersHaveNot(CapturedOutput output) throws Exception {
		StubWorker worker = worker(Scheme.UNSAID, Scheme.UNSAID, Scheme.HTTP);
		start(worker, TLS);
		worker.gate().open();
		assertThat(get("https", this.listener).body()).isEqualTo("hello");
		assertThat(get("http", this.second).body()).isEqualTo("hello");
		assertThat(get("http", this.third).body()).isEqualTo("hello");
		assertThat(output.getOut().lines().filter((line) -> line.contains("is served without TLS"))).singleElement()
			.asString()
			.contains(":" + this.second.port() + " ");
	}

	@Test
	void whenNoAddressIsForTlsThenItIsNotUsed() throws Exception {
		StubWorker worker = worker(Scheme.HTTP);
		start(worker, TLS);
		worker.gate().open();
		assertThat(get("http", this.listener).body()).isEqualTo("hello");
	}

	@Test
	void whenAddressNeedsTlsAndJettyHasNoneThenItFailsToStart() {
		assertThatException().isThrownBy(() -> start(worker(Scheme.HTTPS)))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("needs TLS");
	}

	@Test
	void whenHttp2IsOnThenEveryAddressHasIt() throws Exception {
		StubWorker worker = worker(Scheme.UNSAID, Scheme.UNSAID);
		start(worker, "server.http2.enabled=true");
		worker.gate().open();
		assertThat(get("http", this.listener).version()).isEqualTo(HttpClient.Version.HTTP_2);
		assertThat(get("http", this.second).version()).isEqualTo(HttpClient.Version.HTTP_2);
	}

	@Test
	void whenConnectorOfTheApplicationsOwnIsDeclaredThenItAcceptsFromThatAddress() throws Exception {
		StubWorker worker = worker(Scheme.UNSAID, Scheme.UNSAID, Scheme.UNSAID);
		this.ownPort = this.second.port();
		start(worker);
		worker.gate().open();
		for (TestListener each : List.of(this.listener, this.second, this.third)) {
			HttpConnection.Answer answer = use(HttpConnection.open(each.port())).get("/hello").answer();
			assertThat(answer.body()).isEqualTo("hello");
			assertThat(answer.headers().containsKey("server")).as("is the application's own")
				.isEqualTo(each == this.second);
		}
		assertThat(worker.connections()).isEqualTo(3);
		await().until(() -> worker.requests().completed() == 3);
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenConnectorOfTheApplicationsOwnIsDeclaredFirstThenItAcceptsFromThatAddressAllTheSame() throws Exception {
		StubWorker worker = worker(Scheme.UNSAID, Scheme.UNSAID);
		this.ownPort = this.listener.port();
		ConfigurableApplicationContext context = start(worker);
		worker.gate().open();
		for (TestListener each : List.of(this.listener, this.second)) {
			HttpConnection.Answer answer = use(HttpConnection.open(each.port())).get("/hello").answer();
			assertThat(answer.body()).isEqualTo("hello");
			assertThat(answer.headers().containsKey("server")).as("is the application's own")
				.isEqualTo(each == this.listener);
		}
		assertThat(context.getEnvironment().getProperty("local.server.port", Integer.class))
			.isEqualTo(this.second.port());
	}

	@Test
	void whenPlainConnectorOfTheApplicationsOwnIsDeclaredBeforeTlsThenEachServesItsOwn() throws Exception {
		StubWorker worker = worker(Scheme.UNSAID, Scheme.HTTPS);
		this.ownPort = this.listener.port();
		start(worker, TLS);
		worker.gate().open();
		assertThat(get("http", this.listener).body()).isEqualTo("hello");
		assertThat(get("https", this.second).body()).isEqualTo("hello");
	}

	@Test
	void whenAllAddressesBelongToConnectorsOfTheApplicationsOwnThenItFailsToStart() {
		this.ownPort = this.listener.port();
		assertThatException().isThrownBy(() -> start(worker(Scheme.UNSAID)))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("all of which belong to connectors that the application adds to Jetty");
	}

	@Test
	void whenOneConnectionIsAllowedThenEveryAddressIsServedAllTheSame() throws Exception {
		StubWorker worker = new StubWorker(new WorkerSettings(WorkerType.GTHREAD, 1, 0, 1, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)), this.listener, this.second, this.third);
		start(worker);
		worker.gate().open();
		for (TestListener each : List.of(this.third, this.second, this.listener)) {
			HttpConnection connection = use(HttpConnection.open(each.port()));
			assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
			connection.close();
		}
	}

	@Test
	void whenConnectorOfTheApplicationsOwnIsNotDeclaredThenItIsSaidHowToDeclareIt() {
		this.ownPort = 9;
		assertThatException().isThrownBy(() -> start(worker(Scheme.UNSAID)))
			.havingRootCause()
			.withMessageContaining("a connector for port 9 ")
			.isInstanceOfSatisfying(InvalidSettingException.class,
					(ex) -> assertThat(ex.getRemedy()).contains("127.0.0.1:" + this.listener.port() + ",:9'"));
	}

	@Test
	void whenConnectorOfTheApplicationsOwnTakesAnyPortThenItIsLeftAlone() throws Exception {
		StubWorker worker = worker(Scheme.UNSAID);
		this.ownPort = 0;
		start(worker);
		worker.gate().open();
		assertThat(get("http", this.listener).body()).isEqualTo("hello");
		assertThat(HttpConnection.open(this.own.getLocalPort()).get("/hello").answer().body()).isEqualTo("hello");
		// The answer is there before the request has ended
		await().untilAsserted(() -> assertThat(worker.requests().completed()).isEqualTo(1));
	}

	private StubWorker worker(Scheme... schemes) {
		TestListener[] listeners = { this.listener, this.second, this.third };
		for (int i = 0; i < schemes.length; i++) {
			listeners[i].speaking(schemes[i]);
		}
		return new StubWorker(StubWorker.gthread(1), Arrays.copyOf(listeners, schemes.length));
	}

	private HttpResponse<String> get(String scheme, TestListener listener) throws Exception {
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		return client.send(HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + listener.port() + "/hello"))
			.timeout(Duration.ofSeconds(20))
			.build(), BodyHandlers.ofString());
	}

}
