package io.prefork.spring.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Resets a stream of HTTP/2 whose request takes too long, so that its client need not
 * wait, and leaves the others of its connection alone. An answer cannot be given in the
 * application's place: Tomcat does not tell whether the application is about to give one.
 * Tomcat resets streams itself from any thread, but by methods that are not public; where
 * they cannot be reached, such a client waits until the request ends.
 */
final class StreamReset {

	private static final Log logger = LogFactory.getLog(StreamReset.class);

	private static final @Nullable StreamReset INSTANCE = find();

	// Http2UpgradeHandler.getStream(int)
	private final MethodHandle stream;

	// Stream.state
	private final MethodHandle state;

	// new StreamException(String, Http2Error, int), the error being CANCEL
	private final MethodHandle exception;

	// Http2UpgradeHandler.sendStreamReset(StreamStateMachine, StreamException)
	private final MethodHandle send;

	private StreamReset(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
		Class<?> handler = type(lookup, "Http2UpgradeHandler");
		Class<?> stream = type(lookup, "Stream");
		Class<?> state = type(lookup, "StreamStateMachine");
		Class<?> exception = type(lookup, "StreamException");
		Class<?> error = type(lookup, "Http2Error");
		this.stream = lookup.findVirtual(handler, "getStream", MethodType.methodType(stream, int.class));
		this.state = MethodHandles.privateLookupIn(stream, MethodHandles.lookup()).findGetter(stream, "state", state);
		this.exception = MethodHandles.insertArguments(
				lookup.findConstructor(exception, MethodType.methodType(void.class, String.class, error, int.class)), 1,
				lookup.findStaticVarHandle(error, "CANCEL", error).get());
		this.send = lookup.findVirtual(handler, "sendStreamReset", MethodType.methodType(void.class, state, exception));
	}

	private static Class<?> type(MethodHandles.Lookup lookup, String name) throws ClassNotFoundException {
		return Class.forName(Http2Protocol.class.getPackageName() + '.' + name, false,
				lookup.lookupClass().getClassLoader());
	}

	private static @Nullable StreamReset find() {
		try {
			return new StreamReset(MethodHandles.privateLookupIn(Http2Protocol.class, MethodHandles.lookup()));
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("Streams whose requests are past their timeout will not be reset", ex);
			return null;
		}
	}

	/**
	 * Resets the stream of a request, soon: waits for the client to take what it was
	 * sent, on a thread of its own.
	 * @return whether that is possible
	 */
	static boolean reset(SocketWrapperBase<?> socket, Request request) {
		StreamReset reset = INSTANCE;
		if (reset == null || !(socket.getCurrentProcessor() instanceof Processor processor)
				|| processor.getUpgradeToken() == null) {
			return false;
		}
		Object handler = processor.getUpgradeToken().httpUpgradeHandler();
		int id = Integer.parseInt(request.getProtocolRequestId());
		Thread thread = new Thread(() -> reset.send(handler, id), "prefork-stream-reset");
		thread.setDaemon(true);
		thread.start();
		return true;
	}

	private void send(Object handler, int id) {
		try {
			Object stream = this.stream.invoke(handler, id);
			if (stream != null) {
				this.send.invoke(handler, this.state.invoke(stream),
						this.exception.invoke("The request is past its timeout", id));
			}
		}
		catch (IOException ex) {
			logger.debug("The client of a request that is past its timeout has gone", ex);
		}
		catch (Throwable ex) {
			logger.warn("The stream of a request that is past its timeout could not be reset", ex);
		}
	}

}
