package io.prefork.spring.custom;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

import org.springframework.boot.jetty.JettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Lets Jetty run requests on the executor of a worker class. Comes before the worker's
 * own customizer, whose handler is around this one and counts requests.
 */
final class JettyExecutorCustomizer implements WebServerFactoryCustomizer<JettyWebServerFactory>, Ordered {

	private final CustomExecutor executor;

	JettyExecutorCustomizer(CustomExecutor executor) {
		this.executor = executor;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 1;
	}

	@Override
	public void customize(JettyWebServerFactory factory) {
		this.executor.get()
			.ifPresent((executor) -> factory.addServerCustomizers(
					(server) -> server.setHandler(new ExecutorHandler(server.getHandler(), executor))));
	}

	/**
	 * Handles requests on another thread; Jetty lets a handler complete whenever it
	 * likes.
	 */
	private static final class ExecutorHandler extends Handler.Wrapper {

		private final Executor executor;

		ExecutorHandler(Handler handler, Executor executor) {
			super(handler);
			this.executor = executor;
		}

		@Override
		public boolean handle(Request request, Response response, Callback callback) {
			try {
				this.executor.execute(() -> serve(request, response, callback));
			}
			catch (RejectedExecutionException ex) {
				callback.failed(ex);
			}
			return true;
		}

		private void serve(Request request, Response response, Callback callback) {
			try {
				if (!super.handle(request, response, callback)) {
					Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
				}
			}
			catch (Throwable ex) {
				Response.writeError(request, response, callback, ex);
			}
		}

	}

}
