package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

import io.prefork.worker.WorkerSpec.InheritedListener;

/**
 * Makes channels of the listening sockets that a worker was given.
 */
@FunctionalInterface
interface ListenerChannelSource {

	/**
	 * Makes a channel of a listening socket.
	 * @param listener what was given
	 * @return the channel, bound, in blocking mode; closing it frees a thread that is
	 * blocked in {@code accept}
	 * @throws IOException if there is no such listening socket
	 */
	ServerSocketChannel open(InheritedListener listener) throws IOException;

}
