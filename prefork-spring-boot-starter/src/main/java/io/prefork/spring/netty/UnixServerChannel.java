package io.prefork.spring.netty;

import java.util.List;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.prefork.worker.WorkerSpec.InheritedListener;

/**
 * The server's channel where the worker inherits listeners in the file system only.
 */
final class UnixServerChannel extends PreforkServerChannel {

	private final ChannelConfig config = new DefaultChannelConfig(this);

	UnixServerChannel(NettyEndpoint endpoint, List<InheritedListener> listeners) {
		super(endpoint, listeners);
		open();
	}

	@Override
	public ChannelConfig config() {
		return this.config;
	}

}
