package io.prefork.spring.netty;

import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.SharedListener;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link NettyServerAdapter} and all that makes it.
 */
class NettyServerAdapterTests extends ServerAdapterCompatibilityKit {

	@TempDir
	Path directory;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenClientGoesAwayThenApplicationIsCancelled() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		connection.close();
		await().until(() -> started.context().getBean(ReactiveHoldingController.class).isCancelled());
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
		assertThat(started.worker().connections()).isZero();
	}

	@Test
	void whenRequestsArePipelinedThenEachIsCounted() throws Exception {
		StubWorker worker = started(serving(2)).worker();
		HttpConnection connection = connect().get("/slow").get("/hello").get("/slow");
		assertThat(connection.answer().body()).isEqualTo("slow");
		assertThat(connection.answer().body()).isEqualTo("hello");
		assertThat(connection.answer().body()).isEqualTo("slow");
		await().until(() -> worker.requests().completed() == 3 && worker.gate().taken() == 0);
	}

	@Test
	void whenConnectionIsIdleForLongerThanKeepAliveThenItIsClosed() throws Exception {
		started(StubWorker.settings(WorkerType.REACTIVE, 1, Optional.of(Duration.ofMillis(200))));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connection.isClosedByServer()).isTrue();
	}

	@Test
	void whenUnixSocketThenServedAndDrained(CapturedOutput output) throws Exception {
		SharedListener unix = use(SharedListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(serving(2), unix);
		start(worker);
		worker.gate().open();
		assertThat(unixConnection().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		assertThat(this.directory.resolve("app.sock")).exists();
		assertThat(output).contains("Netty started on path ").doesNotContain(" WARN ");
	}

	@Test
	void whenThereAreSeveralListenersThenAllAreServed(CapturedOutput output) throws Exception {
		SharedListener second = use(SharedListener.tcp());
		SharedListener unix = use(SharedListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(StubWorker.reactive(3), unix, this.listener, second);
		start(worker);
		worker.gate().open();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(use(HttpConnection.open(second.port())).get("/hello").answer().body()).isEqualTo("hello");
		assertThat(unixConnection().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.connections()).isEqualTo(3);
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		assertThat(output).contains("Netty started on port " + this.listener.port()).doesNotContain(" WARN ");
	}

	private HttpConnection unixConnection() throws Exception {
		SocketChannel channel = use(SocketChannel.open(UnixDomainSocketAddress.of(this.directory.resolve("app.sock"))));
		return new HttpConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
	}

}
