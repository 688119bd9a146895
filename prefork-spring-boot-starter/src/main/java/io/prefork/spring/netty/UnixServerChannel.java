package io.prefork.spring.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;

/**
 * The server's channel where the worker inherits listeners in the file system only.
 */
final class UnixServerChannel extends PreforkServerChannel {

	private final ChannelConfig config = new DefaultChannelConfig(this);

	UnixServerChannel(NettyEndpoint endpoint) {
		super(endpoint);
		endpoint.open();
	}

	@Override
	public ChannelConfig config() {
		return this.config;
	}

}
