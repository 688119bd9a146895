package sample.prefork.process;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import sample.prefork.process.LostRequestException.Cause;

/**
 * One client connection, TCP or unix-domain, that never retries. A timeout closes the
 * channel from a watchdog thread: blocking unix-domain channels have no read timeout.
 */
final class HttpConnection implements Closeable {

	private static final ScheduledThreadPoolExecutor watchdog = watchdog();

	private final SocketChannel channel;

	private final AnswerReader reader;

	private int answers;

	private volatile boolean late;

	private HttpConnection(SocketChannel channel) {
		this.channel = channel;
		this.reader = new AnswerReader(new BufferedInputStream(Channels.newInputStream(channel)));
	}

	/**
	 * Connects.
	 * @param address where to
	 * @return the connection
	 * @throws LostRequestException if it is refused
	 */
	static HttpConnection open(SocketAddress address) throws LostRequestException {
		try {
			SocketChannel channel = SocketChannel.open(address);
			if (address instanceof InetSocketAddress) {
				channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			}
			return new HttpConnection(channel);
		}
		catch (IOException ex) {
			throw new LostRequestException(Cause.REFUSED, ex);
		}
	}

	/**
	 * Sends a request and reads the whole answer.
	 * @param request the request, head and body
	 * @param timeout time for all of it
	 * @return the answer, of any status
	 * @throws LostRequestException if there is no whole answer; the connection is closed
	 */
	Answer exchange(byte[] request, Duration timeout) throws LostRequestException {
		Future<?> alarm = watchdog.schedule(this::expire, timeout.toMillis(), TimeUnit.MILLISECONDS);
		boolean sent = false;
		try {
			write(ByteBuffer.wrap(request));
			sent = true;
			Answer answer = this.reader.read();
			this.answers++;
			return answer;
		}
		catch (IOException ex) {
			close();
			throw new LostRequestException(cause(sent, ex), ex);
		}
		finally {
			alarm.cancel(false);
		}
	}

	private void write(ByteBuffer request) throws IOException {
		while (request.hasRemaining()) {
			this.channel.write(request);
		}
	}

	private Cause cause(boolean sent, IOException ex) {
		if (this.late) {
			return Cause.TIMEOUT;
		}
		if (!(ex instanceof EOFException)) {
			return Cause.RESET;
		}
		if (sent && this.reader.hasBegun()) {
			return Cause.CUT;
		}
		return (this.answers > 0) ? Cause.STALE : Cause.EMPTY;
	}

	private void expire() {
		this.late = true;
		close();
	}

	int answers() {
		return this.answers;
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// Nothing depends on it: what was to be read has been read.
		}
	}

	private static ScheduledThreadPoolExecutor watchdog() {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "http-connection-watchdog");
			thread.setDaemon(true);
			return thread;
		});
		executor.setRemoveOnCancelPolicy(true);
		return executor;
	}

}
