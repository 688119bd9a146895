package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * The same as {@link ObservedChannel} under TLS: counts what the application sends and
 * takes.
 */
final class ObservedSecureChannel extends SecureNioChannel {

	private final ChannelTraffic traffic;

	ObservedSecureChannel(SocketBufferHandler buffer, PreforkEndpoint endpoint) {
		super(buffer, endpoint);
		this.traffic = new ChannelTraffic(this, endpoint);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Tomcat uses channels again, and has them forget with {@code null}.
	 */
	@Override
	public void reset(@Nullable SocketChannel channel, @Nullable NioSocketWrapper socket) throws IOException {
		this.traffic.reset(channel);
		super.reset(channel, socket);
	}

	@Override
	public int read(ByteBuffer destination) throws IOException {
		int bytes = super.read(destination);
		this.traffic.hasRead(bytes);
		return bytes;
	}

	@Override
	public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
		long bytes = super.read(destinations, offset, length);
		this.traffic.hasRead(bytes);
		return bytes;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		return (int) this.traffic.write(() -> super.write(source),
				() -> source.hasRemaining() || getOutboundRemaining() > 0);
	}

	@Override
	public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
		return this.traffic.write(() -> super.write(sources, offset, length),
				() -> ChannelTraffic.hasRemaining(sources, offset, length) || getOutboundRemaining() > 0);
	}

}
