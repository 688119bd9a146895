package io.prefork.os;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Members of the JDK that are not public, the same in 17 to 25. Their classes load the
 * JDK's native library themselves, when they are initialized.
 */
final class JdkInternals {

	private static final String CHANNELS = "sun.nio.ch";

	private static final String FILES = "java.io";

	private JdkInternals() {
	}

	static FileDescriptor fileDescriptor(int descriptor) throws IOException {
		requireOpen();
		return (FileDescriptor) create(FileDescriptor.class, List.of(int.class), descriptor);
	}

	/**
	 * A channel of a socket that is bound already.
	 */
	static ServerSocketChannel serverSocketChannel(SelectorProvider provider, ProtocolFamily family,
			FileDescriptor file) throws IOException {
		Class<?> type = type("sun.nio.ch.ServerSocketChannelImpl");
		return (ServerSocketChannel) create(type,
				List.of(SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class, boolean.class), provider,
				family, file, true);
	}

	/**
	 * An option of the level {@code SOL_SOCKET}.
	 */
	static int socketOption(FileDescriptor file, int option) throws IOException {
		Object value = invoke("sun.nio.ch.Net", "getIntOption0",
				List.of(FileDescriptor.class, boolean.class, int.class, int.class), file, false, Linux.SOL_SOCKET,
				option);
		return (value instanceof Integer number) ? number : 0;
	}

	static int descriptor(SocketChannel channel) throws IOException {
		try {
			return (int) Connections.DESCRIPTOR.invoke(channel);
		}
		catch (IllegalAccessException ex) {
			throw unknown(ex);
		}
		catch (InvocationTargetException ex) {
			throw failure(ex);
		}
	}

	static void duplicate(int from, int to) throws IOException {
		invoke("sun.nio.ch.InheritedChannel", "dup2", List.of(int.class, int.class), from, to);
	}

	static void close(int descriptor) throws IOException {
		invoke("sun.nio.ch.InheritedChannel", "close0", List.of(int.class), descriptor);
	}

	private static Object create(Class<?> type, List<Class<?>> parameters, Object... arguments) throws IOException {
		try {
			Constructor<?> constructor = type.getDeclaredConstructor(parameters.toArray(Class<?>[]::new));
			constructor.setAccessible(true);
			return constructor.newInstance(arguments);
		}
		catch (InvocationTargetException ex) {
			throw failure(ex);
		}
		catch (ReflectiveOperationException ex) {
			throw unknown(ex);
		}
	}

	private static @Nullable Object invoke(String type, String name, List<Class<?>> parameters, Object... arguments)
			throws IOException {
		requireOpen();
		try {
			Method method = type(type).getDeclaredMethod(name, parameters.toArray(Class<?>[]::new));
			method.setAccessible(true);
			return method.invoke(null, arguments);
		}
		catch (InvocationTargetException ex) {
			throw failure(ex);
		}
		catch (ReflectiveOperationException ex) {
			throw unknown(ex);
		}
	}

	private static Class<?> type(String name) {
		try {
			return Class.forName(name);
		}
		catch (ClassNotFoundException ex) {
			throw unknown(ex);
		}
	}

	private static void requireOpen() {
		Module base = Object.class.getModule();
		Module here = JdkInternals.class.getModule();
		if (!base.isOpen(CHANNELS, here) || !base.isOpen(FILES, here)) {
			throw new IllegalStateException("Descriptors cannot be adopted in this JVM: start it with --add-opens"
					+ " java.base/" + CHANNELS + "=ALL-UNNAMED --add-opens java.base/" + FILES + "=ALL-UNNAMED");
		}
	}

	private static IOException failure(InvocationTargetException ex) {
		Throwable cause = ex.getCause();
		if (cause instanceof IOException failure) {
			return failure;
		}
		if (cause instanceof RuntimeException unchecked) {
			throw unchecked;
		}
		return new IOException(cause);
	}

	private static IllegalStateException unknown(ReflectiveOperationException ex) {
		return new IllegalStateException("Java " + Runtime.version().feature() + " is not known here: " + ex, ex);
	}

	/**
	 * What is looked up once, since it is used for each connection.
	 */
	private static final class Connections {

		static final Method DESCRIPTOR = method();

		private static Method method() {
			requireOpen();
			try {
				Method method = type("sun.nio.ch.SocketChannelImpl").getDeclaredMethod("getFDVal");
				method.setAccessible(true);
				return method;
			}
			catch (NoSuchMethodException ex) {
				throw unknown(ex);
			}
		}

	}

}
