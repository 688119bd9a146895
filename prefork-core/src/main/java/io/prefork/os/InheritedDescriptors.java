package io.prefork.os;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/**
 * The worker's side of descriptors handed over at spawn. No native library: it uses the
 * JDK's own, by reflection, which needs {@code --add-opens
 * java.base/sun.nio.ch=ALL-UNNAMED --add-opens java.base/java.io=ALL-UNNAMED}.
 */
public final class InheritedDescriptors {

	private InheritedDescriptors() {
	}

	/**
	 * Makes a channel of a listening socket. Closing the channel frees a thread that is
	 * blocked in {@code accept()}, and touches nothing but this process's copy.
	 * @param descriptor the descriptor
	 * @param family its family
	 * @return the channel, bound, in blocking mode
	 * @throws IOException if the descriptor is no listening socket
	 */
	public static ServerSocketChannel adopt(int descriptor, Listener.Family family) throws IOException {
		throw new UnsupportedOperationException();
	}

	/**
	 * Makes one descriptor a copy of another ({@code dup2(2)}).
	 * @param from the descriptor to copy
	 * @param to the number that becomes the copy; what was open there is closed
	 * @throws IOException if {@code from} is not open
	 */
	public static void duplicate(int from, int to) throws IOException {
		throw new UnsupportedOperationException();
	}

	/**
	 * Closes a descriptor.
	 * @param descriptor the descriptor
	 * @throws IOException if it is not open
	 */
	public static void close(int descriptor) throws IOException {
		throw new UnsupportedOperationException();
	}

}
