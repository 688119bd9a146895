package io.prefork.spring.tomcat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11Processor;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Turns keep-alive off for a request that is being answered, so that Tomcat adds
 * {@code Connection: close} by itself and frames the answer as it would otherwise. A
 * header set by hand would make Tomcat send an answer of unknown length without chunks,
 * which the client cannot tell from a broken one. Tomcat's processor keeps the decision
 * in a private field; where that cannot be reached, such an answer does not announce the
 * close, and the connection is told at its next request.
 */
final class KeepAliveSwitch {

	private static final Log logger = LogFactory.getLog(KeepAliveSwitch.class);

	// Tomcat's Request.setNote: 17 to 31 are neither allocated nor used
	private static final int NOTE = 28;

	private static final @Nullable VarHandle KEEP_ALIVE = findField();

	private static @Nullable VarHandle findField() {
		try {
			return MethodHandles.privateLookupIn(Http11Processor.class, MethodHandles.lookup())
				.findVarHandle(Http11Processor.class, "keepAlive", boolean.class);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("Requests in flight when a drain begins will not announce that their connection closes", ex);
			return null;
		}
	}

	/**
	 * Whether keep-alive can be turned off for one request.
	 */
	static boolean isAvailable() {
		return KEEP_ALIVE != null;
	}

	/**
	 * Makes a processor reachable from its request.
	 */
	void install(Processor processor) {
		if (KEEP_ALIVE != null && processor instanceof Http11Processor) {
			processor.getRequest().setNote(NOTE, processor);
		}
	}

	/**
	 * Turns keep-alive off. To be called on the thread that commits the answer, before
	 * Tomcat writes the {@code Connection} header: later, the connection would close
	 * without an announcement.
	 */
	void turnOff(Request request) {
		Object processor = request.getNote(NOTE);
		if (KEEP_ALIVE != null && processor != null) {
			KEEP_ALIVE.setVolatile((Http11Processor) processor, false);
		}
	}

}
