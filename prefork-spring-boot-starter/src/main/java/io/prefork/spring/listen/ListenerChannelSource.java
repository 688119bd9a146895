package io.prefork.spring.listen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

import io.prefork.os.InheritedDescriptors;
import io.prefork.os.Listener;
import io.prefork.worker.WorkerSpec.InheritedListener;

/**
 * Makes channels of the listening sockets that a worker was given.
 */
@FunctionalInterface
public interface ListenerChannelSource {

	/**
	 * Makes a channel of a listening socket.
	 * @param listener what was given
	 * @return the channel, bound, in blocking mode; closing it frees a thread that is
	 * blocked in {@code accept}
	 * @throws IOException if there is no such listening socket
	 */
	ServerSocketChannel open(InheritedListener listener) throws IOException;

	/**
	 * Adopts the socket that the master handed over; or makes one of this process's own,
	 * which does not listen before the gate opens, since the kernel gives connections to
	 * it as soon as it does.
	 * @param listener what was given
	 * @return the channel
	 * @throws IOException if there is no such listening socket
	 */
	static ServerSocketChannel standard(InheritedListener listener) throws IOException {
		if (listener.isHandedOver()) {
			return InheritedDescriptors.adopt(listener.descriptor(), listener.family());
		}
		ServerSocketChannel channel = ServerSocketChannel.open();
		channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
		channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
		return channel;
	}

	/**
	 * The port that clients connect to.
	 * @param listener what was given
	 * @return the port, or -1 if it is a unix-domain socket
	 */
	static int port(InheritedListener listener) {
		return (listener.family() != Listener.Family.UNIX) ? address(listener).getPort() : -1;
	}

	/**
	 * Has a socket of this process's own listen; does nothing to others.
	 * @param channel the channel
	 * @param listener what was given
	 * @throws IOException if it cannot listen
	 */
	static void listen(ServerSocketChannel channel, InheritedListener listener) throws IOException {
		if (!listener.isHandedOver() && channel.getLocalAddress() == null) {
			channel.bind(address(listener), listener.backlog());
		}
	}

	private static InetSocketAddress address(InheritedListener listener) {
		String address = listener.address();
		int colon = address.lastIndexOf(':');
		String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
		return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
	}

}
