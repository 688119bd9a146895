package io.prefork.spring.tomcat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
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

	private final BooleanSupplier closing;

	/**
	 * Makes a switch.
	 * @param closing whether connections are to be closed now
	 */
	KeepAliveSwitch(BooleanSupplier closing) {
		this.closing = closing;
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
	 * The head of a request has been read. The handshake of a WebSocket is left as it is:
	 * clients take what is said besides {@code Connection: Upgrade} for a failure.
	 */
	void headRead(Request request) {
		if (!isHandshake(request)) {
			commits(request);
		}
	}

	/**
	 * The head of an answer is about to be committed by this thread, before Tomcat writes
	 * the {@code Connection} header.
	 */
	void commits(Request request) {
		if (this.closing.getAsBoolean()) {
			turnOff(request);
		}
	}

	/**
	 * A request has been served, on this thread. A handshake that was refused has an
	 * answer like any other, though it may not have announced that its connection closes.
	 */
	void served(Request request, Response response) {
		if (isHandshake(request) && response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
			commits(request);
		}
	}

	private static boolean isHandshake(Request request) {
		return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
	}

	private static void turnOff(Request request) {
		Object processor = request.getNote(NOTE);
		if (KEEP_ALIVE != null && processor != null) {
			KEEP_ALIVE.setVolatile((Http11Processor) processor, false);
		}
	}

}
