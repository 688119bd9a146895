package io.prefork.worker;

import java.time.Duration;

/**
 * Is told of each request that this worker serves, like Gunicorn's {@code pre_request}
 * and {@code post_request}. A bean of this type is found by itself; where there is none,
 * a request costs nothing more.
 * <p>
 * Both methods are called by the threads that serve, several at a time, with
 * {@code reactive} by event loops: they must not block. What they throw is logged, at
 * most once a minute, and changes nothing for the client. A request that goes on
 * asynchronously is one from its beginning to its end.
 */
public interface RequestListener {

	/**
	 * A request begins, before any filter of the application.
	 * @param request the request
	 */
	default void preRequest(Request request) {
	}

	/**
	 * A request has ended: its answer has been handed to the server, or its connection is
	 * gone. On any thread, once for each request.
	 * @param request the same object as when it began
	 * @param status the status of the answer
	 * @param took how long it took
	 */
	default void postRequest(Request request, int status, Duration took) {
	}

	/**
	 * A request. Two of them are never equal.
	 */
	interface Request {

		/**
		 * The method.
		 * @return such as {@code GET}
		 */
		String method();

		/**
		 * The target, without the query, which may hold secrets.
		 * @return such as {@code /orders/7}, as the client has sent it
		 */
		String target();

	}

}
