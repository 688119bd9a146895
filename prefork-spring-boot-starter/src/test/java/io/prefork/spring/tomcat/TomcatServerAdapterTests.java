package io.prefork.spring.tomcat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.prefork.spring.Holds;
import io.prefork.spring.Http2Connection;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TomcatServerAdapter} and all that makes it.
 */
class TomcatServerAdapterTests extends ServerAdapterCompatibilityKit {

	@TempDir
	Path directory;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

	@Test
	void whenUnixSocketThenServedLoggedAndDrained() throws Exception {
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(StubWorker.gthread(2), unix);
		start(worker, "server.tomcat.accesslog.enabled=true", "server.tomcat.accesslog.directory=" + this.directory,
				"server.tomcat.accesslog.buffered=false");
		worker.gate().open();
		SocketChannel channel = use(SocketChannel.open(UnixDomainSocketAddress.of(this.directory.resolve("app.sock"))));
		HttpConnection connection = new HttpConnection(channel, Channels.newInputStream(channel),
				Channels.newOutputStream(channel));
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		await().untilAsserted(() -> {
			try (var files = Files.list(this.directory)) {
				Path log = files.filter((file) -> file.toString().endsWith(".log")).findFirst().orElseThrow();
				assertThat(log).content().contains("127.0.0.1", "GET /hello HTTP/1.1\" 200");
			}
		});
		assertThat(this.directory.resolve("app.sock")).exists();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenTlsIsOnThenItIsSaidThatAFurtherAddressIsWithout(CapturedOutput output) {
		TestListener second = use(TestListener.tcp());
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		start(new StubWorker(StubWorker.gthread(1), this.listener, second, unix),
				"server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		assertThat(output.getOut().lines().filter((line) -> line.contains("is served without TLS"))).singleElement()
			.asString()
			.contains(":" + second.port() + " ");
	}

	@Test
	void whenThereAreSeveralListenersThenAllAreServedByOnePoolOfThreads() throws Exception {
		TestListener second = use(TestListener.tcp());
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(StubWorker.gthread(1), this.listener, second, unix);
		start(worker);
		worker.gate().open();
		String thread = connect().get("/thread").answer().body();
		assertThat(use(HttpConnection.open(second.port())).get("/thread").answer().body()).isEqualTo(thread);
		SocketChannel channel = use(SocketChannel.open(UnixDomainSocketAddress.of(this.directory.resolve("app.sock"))));
		assertThat(new HttpConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel))
			.get("/thread")
			.answer()
			.body()).isEqualTo(thread);
		assertThat(worker.connections()).isEqualTo(3);
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
	}

	@Test
	void whenHalfAHeadHasComeThenItsSlotIsFreeThoughNobodyWaitsForIt() throws Exception {
		StubWorker worker = started(StubWorker.gthread(2)).worker();
		HttpConnection half = connect().send("GET /hello HTTP/1.1\r\nHo");
		await().until(() -> worker.gate().acceptedConnections() == 1 && worker.gate().taken() == 0);
		assertThat(half.send("st: localhost\r\n\r\n").answer().status()).isEqualTo(200);
		assertThat(half.get("/hello").answer().status()).isEqualTo(200);
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenAnotherServerIsMadeThenItIsLeftAlone() {
		StubWorker worker = new StubWorker(StubWorker.gthread(1), this.listener);
		PreforkTomcatWebServerFactoryCustomizer customizer = new PreforkTomcatWebServerFactoryCustomizer(
				() -> Optional.of(worker), TestListener::copy);
		TomcatWebServerFactory main = new TomcatServletWebServerFactory();
		TomcatWebServerFactory management = new TomcatServletWebServerFactory();
		customizer.customize(main);
		customizer.customize(management);
		assertThat(main.getProtocol()).isEqualTo(PreforkHttp11Protocol.class.getName());
		assertThat(management.getProtocol()).isEqualTo(TomcatWebServerFactory.DEFAULT_PROTOCOL);
	}

	@Test
	void whenNoWorkerThenServerIsLeftAlone() {
		TomcatWebServerFactory factory = new TomcatServletWebServerFactory();
		new PreforkTomcatWebServerFactoryCustomizer(Optional::empty, TestListener::copy).customize(factory);
		assertThat(factory.getProtocol()).isEqualTo(TomcatWebServerFactory.DEFAULT_PROTOCOL);
	}

	@Test
	void whenAllThreadsAreBusyThenKeptAliveConnectionIsServedBeyondThem() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.GTHREAD, 1, 1, 100, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)));
		HttpConnection kept = connect();
		assertThat(kept.get("/hello").answer().announcesClose()).isFalse();
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		assertThat(kept.get("/hello").answer().announcesClose()).as("no sibling is free").isFalse();
		assertThat(started.worker().gate().overflowed()).isEqualTo(1);
		started.worker().siblingsHaveFreeSlot(true);
		assertThat(kept.get("/hello").answer().announcesClose()).as("a sibling is free").isTrue();
		started.holds().release();
		assertThat(held.answer().status()).isEqualTo(200);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenAsyncThenVirtualThreadsServeAndAsynchronousRequestsHoldSlots() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.ASYNC, 1, 0, 2, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)), "spring.threads.virtual.enabled=true");
		assertThat(connect().get("/thread").answer().body()).startsWith("tomcat-handler-");
		HttpConnection connection = connect().get("/async");
		await().until(() -> started.worker().requests().busy() == 1 && started.worker().gate().taken() == 1);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> started.worker().gate().taken() == 0);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreEnabledThenSyncAndGthreadKeepTheirOwn() throws Exception {
		started(StubWorker.sync(), "spring.threads.virtual.enabled=true");
		assertThat(connect().get("/thread").answer().body()).startsWith("http-nio-8080-exec-");
	}

	@Test
	void whenSyncRequestThrowsAnErrorThenTheNextIsServed() throws Exception {
		StubWorker worker = new StubWorker(StubWorker.sync(), this.listener);
		use(TomcatTestApplication.run(worker, (factory) -> factory.addEngineValves(new Harm())));
		HttpConnection broken = connect().get("/hello?break");
		HttpConnection last = connect().get("/thread");
		worker.gate().open();
		assertThat(broken.isClosedByServer()).isTrue();
		assertThat(last.answer().body()).isEqualTo("http-nio-8080-exec-0");
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenSyncHasAWebSocketThenAnotherThreadServesNothing() throws Exception {
		StubWorker worker = new StubWorker(StubWorker.sync(), this.listener);
		start(worker);
		worker.gate().open();
		HttpConnection webSocket = connect().send("""
				GET /long/socket HTTP/1.1\r
				Host: localhost\r
				Upgrade: websocket\r
				Connection: Upgrade\r
				Sec-WebSocket-Version: 13\r
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
				\r
				""");
		assertThat(webSocket.head().status()).isEqualTo(101);
		await().until(() -> worker.gate().taken() == 0);
		assertThat(connect().get("/thread").answer().body()).isEqualTo("http-nio-8080-exec-1");
		webSocket.close();
		await().until(() -> worker.connections() == 0);
		worker.gate().close();
	}

	@Test
	void whenClientResetsASuspendedStreamThenItsRequestIsOver() throws Exception {
		Started started = started(StubWorker.gthread(2), "server.http2.enabled=true");
		Http2Connection connection = new Http2Connection(connect());
		connection.get(1, "/async");
		await().until(() -> started.worker().requests().busy() == 1);
		connection.reset(1);
		await().until(() -> started.worker().requests().busy() == 0);
		assertThat(started.worker().connections()).isEqualTo(1);
	}

	/**
	 * What requests may do to the thread that serves them.
	 */
	private static final class Harm extends ValveBase {

		Harm() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			if ("break".equals(request.getQueryString())) {
				throw new InternalError("On purpose");
			}
			getNext().invoke(request, response);
		}

	}

}
