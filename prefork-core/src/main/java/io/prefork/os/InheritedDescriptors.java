package io.prefork.os;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * The worker's side of descriptors handed over at spawn. No native library: it uses the
 * JDK's own, by reflection, which needs {@code --add-opens
 * java.base/sun.nio.ch=ALL-UNNAMED --add-opens java.base/java.io=ALL-UNNAMED}. Without
 * them every method throws an {@link IllegalStateException} that names them.
 */
public final class InheritedDescriptors {

	private InheritedDescriptors() {
	}

	/**
	 * Makes a channel of a listening socket. Closing the channel frees a thread that is
	 * blocked in {@code accept()}, and touches nothing but this process's copy. A virtual
	 * thread must not accept from it: the JDK would make the socket non-blocking, in all
	 * processes that share it.
	 * @param descriptor the descriptor
	 * @param family its family
	 * @return the channel, bound, in blocking mode
	 * @throws IOException if the descriptor is no listening socket, or of another family;
	 * it stays open
	 */
	public static ServerSocketChannel adopt(int descriptor, Listener.Family family) throws IOException {
		FileDescriptor file = JdkInternals.fileDescriptor(descriptor);
		requireListening(descriptor, file, family);
		return JdkInternals.serverSocketChannel(SelectorProvider.provider(), protocol(family), file);
	}

	/**
	 * Takes a connection away from the JDK, for a library that works with descriptors.
	 * The channel must not be used any more. Channels of connections have no cleaner:
	 * nothing closes the descriptor but who has taken it.
	 * @param channel a channel of the JDK's that nothing is registered with
	 * @return its descriptor
	 * @throws IOException if the channel is closed
	 */
	public static int release(SocketChannel channel) throws IOException {
		if (!channel.isOpen()) {
			throw new ClosedChannelException();
		}
		return JdkInternals.descriptor(channel);
	}

	/**
	 * Makes one descriptor a copy of another ({@code dup2(2)}), which is left open in
	 * programs that this process starts.
	 * @param from the descriptor to copy
	 * @param to the number that becomes the copy; what was open there is closed
	 * @throws IOException if {@code from} is not open
	 */
	public static void duplicate(int from, int to) throws IOException {
		try {
			JdkInternals.duplicate(from, to);
		}
		catch (IOException ex) {
			throw new IOException("Cannot duplicate descriptor " + from + " to " + to + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Closes a descriptor.
	 * @param descriptor the descriptor
	 * @throws IOException if it is not open
	 */
	public static void close(int descriptor) throws IOException {
		try {
			JdkInternals.close(descriptor);
		}
		catch (IOException ex) {
			throw new IOException("Cannot close descriptor " + descriptor + ": " + ex.getMessage(), ex);
		}
	}

	private static void requireListening(int descriptor, FileDescriptor file, Listener.Family family)
			throws IOException {
		boolean listening;
		int domain;
		try {
			listening = JdkInternals.socketOption(file, Linux.SO_ACCEPTCONN) != 0;
			domain = JdkInternals.socketOption(file, Linux.SO_DOMAIN);
		}
		catch (IOException ex) {
			throw new IOException("Descriptor " + descriptor + " is no open socket: " + ex.getMessage(), ex);
		}
		if (!listening) {
			throw new IOException("Descriptor " + descriptor + " is a socket that does not listen");
		}
		if (domain != domain(family)) {
			throw new IOException("Descriptor " + descriptor + " is no socket of family " + family);
		}
	}

	private static int domain(Listener.Family family) {
		return switch (family) {
			case INET -> Linux.AF_INET;
			case INET6 -> Linux.AF_INET6;
			case UNIX -> Linux.AF_UNIX;
		};
	}

	private static ProtocolFamily protocol(Listener.Family family) {
		return switch (family) {
			case INET -> StandardProtocolFamily.INET;
			case INET6 -> StandardProtocolFamily.INET6;
			case UNIX -> StandardProtocolFamily.UNIX;
		};
	}

}
