package io.prefork.spring.jetty;

import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.worker.AcceptGate;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees each request begin, leave its thread, come back and end, in HTTP/1.1 and HTTP/2
 * alike, and lets only so many be served at a time as there are slots. What holds a slot
 * depends on the worker class: for {@code gthread} a request as long as it has a thread,
 * else from beginning to end.
 */
final class RequestObserver extends Handler.Wrapper implements ContextHandler.ContextScopeListener {

	private static final Logger logger = LoggerFactory.getLogger(RequestObserver.class);

	private final WorkerServer server;

	RequestObserver(Handler handler, WorkerServer server) {
		super(handler);
		this.server = server;
		for (ContextHandler context : getDescendants(ContextHandler.class)) {
			context.addEventListener(this);
		}
	}

	@Override
	public boolean handle(Request request, Response response, Callback callback) throws Exception {
		ObservedEndPoint endPoint = ObservedEndPoint.of(request.getConnectionMetaData().getConnection().getEndPoint());
		if (endPoint == null) {
			return super.handle(request, response, callback);
		}
		AcceptGate.Claim slot = isMultiplexed(request) ? this.server.gate().claim() : endPoint.connection().claim();
		Exchange exchange = new Exchange(this.server, endPoint, slot);
		request.addHttpStreamWrapper((stream) -> {
			ObservedStream observed = new ObservedStream(stream, request, this.server, endPoint, exchange);
			exchange.answersOn(observed);
			return observed;
		});
		ObservedRequest observed = new ObservedRequest(request, exchange);
		if (this.server.slots().take(() -> dispatch(observed, response, callback))) {
			return serve(observed, response, callback);
		}
		request.addIdleTimeoutListener((timeout) -> false);
		return true;
	}

	private static boolean isMultiplexed(Request request) {
		return request.getConnectionMetaData().getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion();
	}

	private boolean serve(ObservedRequest request, Response response, Callback callback) throws Exception {
		if (!request.exchange.begin(request.getMethod(), String.valueOf(request.getHttpURI().getPath()))) {
			callback.succeeded();
			return true;
		}
		try {
			return super.handle(request, response, callback);
		}
		finally {
			request.exchange.leave();
		}
	}

	/**
	 * Serves a request that has waited for its slot, which another request gives back on
	 * the current thread: that one must not be hit if this one gets no thread.
	 * @return whether the slot is used
	 */
	private boolean dispatch(ObservedRequest request, Response response, Callback callback) {
		AtomicBoolean decided = new AtomicBoolean();
		try {
			request.getComponents().getExecutor().execute(() -> {
				if (decided.compareAndSet(false, true)) {
					serveLate(request, response, callback);
				}
			});
			return true;
		}
		catch (Throwable ex) {
			// Jetty's pool queues a task before it fails to start a thread for it
			if (!decided.compareAndSet(false, true)) {
				return true;
			}
			fail(callback, ex);
			return false;
		}
	}

	private static void fail(Callback callback, Throwable failure) {
		try {
			callback.failed(failure);
		}
		catch (Throwable ex) {
			logger.warn("A request that got no thread could not be answered", ex);
		}
	}

	private void serveLate(ObservedRequest request, Response response, Callback callback) {
		try {
			if (!serve(request, response, callback)) {
				Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
			}
		}
		catch (Throwable ex) {
			Response.writeError(request, response, callback, ex);
		}
	}

	@Override
	public void enterScope(Context context, @Nullable Request request) {
		Exchange exchange = exchangeOf(request);
		if (exchange != null && request != null) {
			exchange.enter(Request.as(request, ServletContextRequest.class));
		}
	}

	@Override
	public void exitScope(Context context, @Nullable Request request) {
		Exchange exchange = exchangeOf(request);
		if (exchange != null) {
			exchange.leave();
		}
	}

	private static @Nullable Exchange exchangeOf(@Nullable Request request) {
		ObservedRequest observed = (request != null) ? Request.as(request, ObservedRequest.class) : null;
		return (observed != null) ? observed.exchange : null;
	}

	private static final class ObservedRequest extends Request.Wrapper {

		private final Exchange exchange;

		ObservedRequest(Request request, Exchange exchange) {
			super(request);
			this.exchange = exchange;
		}

	}

}
