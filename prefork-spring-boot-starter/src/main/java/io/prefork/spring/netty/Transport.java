package io.prefork.spring.netty;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * Makes Netty's channels of connections that the JDK has accepted.
 */
@FunctionalInterface
interface Transport {

	/**
	 * The transport of the JDK's selectors.
	 */
	Transport JDK = (server, socket) -> {
		Channel channel = (socket.getLocalAddress() instanceof UnixDomainSocketAddress)
				? new NioDomainSocketChannel(server, socket) : new NioSocketChannel(server, socket);
		return new Accepted(channel, socket::read);
	};

	/**
	 * Makes a channel.
	 * @param server the channel's parent
	 * @param socket the connection, which is the channel's from now on
	 * @return the channel
	 * @throws IOException if it has failed; the connection is as it was
	 */
	Accepted adopt(PreforkServerChannel server, SocketChannel socket) throws IOException;

	/**
	 * A channel of Netty's.
	 *
	 * @param channel the channel
	 * @param reader reads what has come and the channel's event loop has not noticed; for
	 * that event loop alone
	 */
	record Accepted(Channel channel, Reader reader) {
	}

	/**
	 * Reads from a socket.
	 */
	@FunctionalInterface
	interface Reader {

		/**
		 * Reads without waiting.
		 * @param bytes where to, a direct buffer
		 * @return how many, -1 at the end
		 * @throws IOException if the connection is closed
		 */
		int read(ByteBuffer bytes) throws IOException;

	}

}
