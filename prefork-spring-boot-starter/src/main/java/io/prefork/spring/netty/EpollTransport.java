package io.prefork.spring.netty;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.UnixChannel;
import io.prefork.os.InheritedDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * Netty's transport of its own, on epoll, which takes the descriptor of a connection over
 * from the JDK. Netty makes such channels of descriptors, but not with a server's channel
 * as their parent, which Reactor Netty looks for: the constructors that it uses itself
 * are not public.
 */
final class EpollTransport implements Transport {

	private static final @Nullable EpollTransport INSTANCE = create();

	private final MethodHandle socket;

	private final MethodHandle channel;

	private EpollTransport(MethodHandle socket, MethodHandle channel) {
		this.socket = socket;
		this.channel = channel;
	}

	private static @Nullable EpollTransport create() {
		try {
			MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(EpollSocketChannel.class,
					MethodHandles.lookup());
			return new EpollTransport(
					lookup.findConstructor(LinuxSocket.class, MethodType.methodType(void.class, int.class)),
					lookup.findConstructor(EpollSocketChannel.class, MethodType.methodType(void.class, Channel.class,
							LinuxSocket.class, InetSocketAddress.class)));
		}
		catch (ReflectiveOperationException ex) {
			// A version of Netty that is not known here
			return null;
		}
	}

	/**
	 * The transport.
	 * @return the transport, or {@code null} if Netty has other constructors
	 */
	static @Nullable Transport instance() {
		return INSTANCE;
	}

	@Override
	public Accepted adopt(PreforkServerChannel server, SocketChannel socket) throws IOException {
		socket.configureBlocking(false);
		Object remote = socket.getRemoteAddress();
		int descriptor = InheritedDescriptors.release(socket);
		try {
			LinuxSocket own = (LinuxSocket) this.socket.invokeExact(descriptor);
			UnixChannel channel = (remote instanceof InetSocketAddress address)
					? (EpollSocketChannel) this.channel.invokeExact((Channel) server, own, address)
					: new EpollDomainSocketChannel(server, own);
			return new Accepted(channel,
					(bytes) -> channel.fd().isOpen() ? channel.fd().read(bytes, bytes.position(), bytes.limit()) : -1);
		}
		catch (Throwable ex) {
			throw new IOException("Netty has not taken a connection over", ex);
		}
	}

}
