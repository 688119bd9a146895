package io.prefork.spring.tomcat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * Sees each request begin, leave its thread, come back and end, in HTTP/1.1 and HTTP/2
 * alike. An asynchronous request always ends in a dispatch after which it is not
 * asynchronous any more, or with its connection.
 */
final class RequestObserver implements Adapter {

	// Tomcat's Request.setNote: 17 to 31 are neither allocated nor used
	private static final int NOTE = 27;

	private final Adapter delegate;

	private final RequestObservation observation;

	private final KeepAliveSwitch keepAlive;

	private final @Nullable TomcatConnection streamsOf;

	private final Runnable goAway;

	private final @Nullable Predicate<Request> streamReset;

	/**
	 * Makes an observer.
	 * @param keepAlive told of requests that have their connection to themselves
	 */
	RequestObserver(Adapter delegate, RequestObservation observation, KeepAliveSwitch keepAlive) {
		this(delegate, observation, keepAlive, null, () -> {
		}, null);
	}

	private RequestObserver(Adapter delegate, RequestObservation observation, KeepAliveSwitch keepAlive,
			@Nullable TomcatConnection streamsOf, Runnable goAway, @Nullable Predicate<Request> streamReset) {
		this.delegate = delegate;
		this.observation = observation;
		this.keepAlive = keepAlive;
		this.streamsOf = streamsOf;
		this.goAway = goAway;
		this.streamReset = streamReset;
	}

	/**
	 * The same for the streams of a HTTP/2 connection.
	 * @param connection the connection
	 * @param goAway tells the client that it has had as many requests as it may
	 * @param streamReset resets the stream of a request, if that is possible
	 */
	RequestObserver forStreamsOf(TomcatConnection connection, Runnable goAway, Predicate<Request> streamReset) {
		return new RequestObserver(this.delegate, this.observation, this.keepAlive, connection, goAway, streamReset);
	}

	@Override
	public void service(Request request, Response response) throws Exception {
		Exchange exchange = this.observation.begin(request, this.streamsOf, this.streamReset);
		request.setNote(NOTE, exchange);
		if (this.streamsOf == null) {
			this.keepAlive.headRead(request);
		}
		else if (this.streamsOf.isAtItsLastRequest()) {
			this.goAway.run();
		}
		boolean success = false;
		try {
			this.delegate.service(request, response);
			success = true;
		}
		finally {
			leaveThread(exchange, request, response, success);
		}
	}

	@Override
	public boolean asyncDispatch(Request request, Response response, SocketEvent status) throws Exception {
		Exchange exchange = (Exchange) request.getNote(NOTE);
		if (exchange == null) {
			return this.delegate.asyncDispatch(request, response, status);
		}
		exchange.resume();
		boolean success = false;
		try {
			success = this.delegate.asyncDispatch(request, response, status);
		}
		finally {
			leaveThread(exchange, request, response, success);
		}
		return success;
	}

	private void leaveThread(Exchange exchange, Request request, Response response, boolean success) {
		AtomicBoolean async = new AtomicBoolean();
		request.action(ActionCode.ASYNC_IS_ASYNC, async);
		if (success && async.get()) {
			exchange.suspend();
		}
		else {
			request.setNote(NOTE, null);
			if (this.streamsOf == null) {
				this.keepAlive.served(request, response);
			}
			exchange.end(success ? response.getStatus() : HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
		}
	}

	@Override
	public boolean prepare(Request request, Response response) throws Exception {
		return this.delegate.prepare(request, response);
	}

	@Override
	public void log(Request request, Response response, long time) {
		this.delegate.log(request, response, time);
	}

	@Override
	public void checkRecycled(Request request, Response response) {
		this.delegate.checkRecycled(request, response);
	}

	@Override
	public String getDomain() {
		return this.delegate.getDomain();
	}

}
