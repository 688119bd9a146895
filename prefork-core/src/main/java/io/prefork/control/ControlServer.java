package io.prefork.control;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The master's end of the control links: a unix-domain socket in the run directory, which
 * only the same user can enter.
 */
public final class ControlServer implements Closeable {

	private static final Logger logger = LoggerFactory.getLogger(ControlServer.class);

	/**
	 * Name of the socket in the run directory.
	 */
	public static final String SOCKET = "control.sock";

	/**
	 * Where the socket is while nobody is to find it.
	 */
	private static final String HIDDEN = SOCKET + ".hidden";

	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final ServerSocketChannel channel;

	private ControlServer(ServerSocketChannel channel) {
		this.channel = channel;
	}

	/**
	 * Opens the socket and begins to accept.
	 * @param runDirectory the run directory
	 * @param receiver what to do with messages
	 * @return the server
	 * @throws IOException if the socket cannot be opened
	 */
	public static ControlServer open(Path runDirectory, ControlConnection.Receiver receiver) throws IOException {
		ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
		try {
			channel.bind(UnixDomainSocketAddress.of(runDirectory.resolve(SOCKET)));
		}
		catch (IOException ex) {
			channel.close();
			throw ex;
		}
		ControlServer server = new ControlServer(channel);
		Thread acceptor = new Thread(() -> server.acceptAll(receiver), "prefork-control");
		acceptor.setDaemon(true);
		acceptor.start();
		return server;
	}

	/**
	 * Lets nobody find the socket. A process that becomes another program closes its
	 * descriptors one after the other: who lost his link would find the socket still
	 * open, and connect to nobody.
	 * @param runDirectory the run directory
	 * @throws IOException if that fails
	 */
	public static void hide(Path runDirectory) throws IOException {
		Files.move(runDirectory.resolve(SOCKET), runDirectory.resolve(HIDDEN), StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Undoes {@link #hide}, if that was done.
	 * @param runDirectory the run directory
	 * @throws IOException if that fails
	 */
	public static void show(Path runDirectory) throws IOException {
		if (Files.exists(runDirectory.resolve(HIDDEN))) {
			Files.move(runDirectory.resolve(HIDDEN), runDirectory.resolve(SOCKET), StandardCopyOption.ATOMIC_MOVE);
		}
	}

	/**
	 * Removes the socket that this process had before it became what it is.
	 * @param runDirectory the run directory
	 * @throws IOException if that fails
	 */
	public static void remove(Path runDirectory) throws IOException {
		Files.deleteIfExists(runDirectory.resolve(SOCKET));
		Files.deleteIfExists(runDirectory.resolve(HIDDEN));
	}

	private void acceptAll(ControlConnection.Receiver receiver) {
		int count = 0;
		while (this.channel.isOpen()) {
			try {
				start(new ControlConnection(this.channel.accept()), "prefork-control-" + ++count, receiver);
			}
			catch (AsynchronousCloseException ex) {
				return;
			}
			catch (ClosedChannelException ex) {
				return;
			}
			catch (IOException | RuntimeException | Error ex) {
				// Too many open files, or want of memory, say: the next worker must be
				// able
				// to connect.
				tryAgain(ex);
			}
		}
	}

	private static void tryAgain(Throwable failure) {
		try {
			logger.error("The control socket could not accept a connection and tries again: {}", failure.getMessage());
		}
		catch (Error ex) {
			// Not even memory for that
		}
		LockSupport.parkNanos(PAUSE.toNanos());
	}

	/**
	 * Want of memory or of threads costs this connection, and not those to come.
	 */
	private static void start(ControlConnection connection, String name, ControlConnection.Receiver receiver) {
		try {
			connection.start(name, receiver);
		}
		catch (OutOfMemoryError ex) {
			connection.close();
			logger.error("The control socket could not serve a connection: {}", ex.getMessage());
		}
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
