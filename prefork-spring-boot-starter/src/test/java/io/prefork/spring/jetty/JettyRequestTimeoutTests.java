package io.prefork.spring.jetty;

import java.util.concurrent.CompletableFuture;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

import org.springframework.boot.jetty.JettyServerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Requests that take too long, on Jetty.
 */
class JettyRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	private JettyServerCustomizer customizer = (server) -> {
	};

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, this.customizer, properties);
	}

	@Test
	void whenRequestWaitsForAnExecutorPastItsTimeoutThenItEndsOnceItIsAsynchronous() throws Exception {
		CompletableFuture<Void> turn = new CompletableFuture<>();
		this.customizer = (server) -> server.setHandler(new WaitingHandler(server.getHandler(), turn));
		Started started = limited(serving(2));
		HttpConnection waiting = connect().get("/async");
		await().until(() -> started.worker().requests().busy() == 1);
		assertThat(connect().get("/held").answer().status()).isEqualTo(503);
		await().until(() -> started.worker().requests().timedOut() == 1);
		staysTrue(() -> started.worker().requests().timedOut() == 1);
		turn.complete(null);
		assertThat(waiting.answer().status()).isEqualTo(503);
		await().until(() -> started.worker().requests().timedOut() == 2);
	}

	@Test
	void whenPartOfAnAnswerWasSentThenItsConnectionIsBrokenOff() throws Exception {
		Started started = limited(serving(2));
		HttpConnection connection = connect().get("/flushed");
		assertThat(connection.head().status()).isEqualTo(200);
		assertThat(connection.chunksUntil("he")).isEqualTo("he");
		assertThatIOException().isThrownBy(connection::chunksToTheEnd);
		await().until(() -> started.worker().requests().timedOut() == 1);
		staysTrue(() -> started.worker().gate().taken() == 1);
		started.holds().release();
		await().until(() -> started.worker().gate().taken() == 0 && started.worker().requests().busy() == 0);
	}

	/**
	 * Has a request wait, without a thread, until its turn comes.
	 */
	private static final class WaitingHandler extends Handler.Wrapper {

		private final CompletableFuture<Void> turn;

		WaitingHandler(Handler handler, CompletableFuture<Void> turn) {
			super(handler);
			this.turn = turn;
		}

		@Override
		public boolean handle(Request request, Response response, Callback callback) throws Exception {
			if (!request.getHttpURI().getPath().equals("/async")) {
				return super.handle(request, response, callback);
			}
			this.turn.thenRunAsync(() -> {
				try {
					super.handle(request, response, callback);
				}
				catch (Exception ex) {
					callback.failed(ex);
				}
			});
			return true;
		}

	}

}
