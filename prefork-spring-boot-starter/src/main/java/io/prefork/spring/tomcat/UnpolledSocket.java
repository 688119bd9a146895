package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.apache.tomcat.util.net.SendfileState;

/**
 * A socket that Tomcat's poller does not know before there is something to wait for. A
 * new connection has most likely sent its request by the time that a thread is there to
 * read it; one that is closed after its only answer is never polled, which saves a change
 * of threads and the system calls of a registration.
 */
final class UnpolledSocket extends NioSocketWrapper {

	private boolean known;

	UnpolledSocket(NioChannel channel, NioEndpoint endpoint) {
		super(channel, endpoint);
	}

	@Override
	public void registerReadInterest() {
		if (makeKnown()) {
			super.registerReadInterest();
		}
	}

	@Override
	public void registerWriteInterest() {
		if (makeKnown()) {
			super.registerWriteInterest();
		}
	}

	@Override
	public SendfileState processSendfile(SendfileDataBase sendfileData) {
		makeKnown();
		return super.processSendfile(sendfileData);
	}

	/**
	 * Tells the poller of this socket, for which it is to wait for nothing yet. The JDK
	 * allows that while it selects.
	 * @return whether it knows it; it is closed if not
	 */
	private synchronized boolean makeKnown() {
		if (!this.known) {
			SocketChannel channel = getSocket().getIOChannel();
			try {
				if (channel != null) {
					channel.register(getPoller().getSelector(), 0, this);
					this.known = true;
				}
			}
			catch (IOException | ClosedSelectorException | CancelledKeyException ex) {
				close();
			}
		}
		return this.known;
	}

}
