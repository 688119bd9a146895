package io.prefork.spring.tomcat;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Breaks off the connection of a client that is too slow. A thread of Tomcat's that reads
 * or writes without end waits for the poller in between, which notices the end of either
 * direction and not that a socket is closed. It then closes the socket; what the client
 * has not taken is dropped, as the kernel would keep it for minutes.
 *
 * @param socket the connection
 * @param tcp whether it is one of TCP, which has a reset
 */
record BreakOff(SocketChannel socket, boolean tcp) implements Runnable {

	private static final Log logger = LogFactory.getLog(BreakOff.class);

	@Override
	public void run() {
		try {
			if (this.tcp) {
				this.socket.setOption(StandardSocketOptions.SO_LINGER, 0);
			}
			// In this order: who wakes up on the end of the input finds that he cannot
			// answer
			this.socket.shutdownOutput();
			this.socket.shutdownInput();
		}
		catch (IOException ex) {
			logger.debug("The connection of a slow client is closed already", ex);
		}
	}

}
