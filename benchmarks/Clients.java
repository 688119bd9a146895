import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The clients of the measurements: {@code java benchmarks/Clients.java COMMAND PORT ...}.
 * None of them retries; what is not answered with 200 is counted as lost.
 *
 * <pre>
 * together PORT PATH REQUESTS           all at once, each on a connection of its own
 * latency  PORT PATH REQUESTS CLIENTS close|keepalive [MILLIS]
 *                                       one after the other, by so many clients; with
 *                                       MILLIS between two requests of a client
 * spread   PORT REQUESTS                one after the other, each on a connection of its
 *                                       own, counted by the pid that /whoami answers
 * hold     PORT CONNECTIONS half|silent connects, sends half a head or nothing, prints
 *                                       "held" and stays until its input ends
 * </pre>
 */
public final class Clients {

	private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

	private Clients() {
	}

	public static void main(String[] args) throws Exception {
		int port = Integer.parseInt(args[1]);
		switch (args[0]) {
			case "together" -> together(port, args[2], Integer.parseInt(args[3]));
			case "latency" -> latency(port, args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]),
					args[5].equals("close"), (args.length > 6) ? Integer.parseInt(args[6]) : 0);
			case "spread" -> spread(port, Integer.parseInt(args[2]));
			case "hold" -> hold(port, Integer.parseInt(args[2]), args[3].equals("half"));
			default -> throw new IllegalArgumentException(args[0]);
		}
	}

	private static String head(String path, boolean close) {
		return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + (close ? "Connection: close\r\n" : "") + "\r\n";
	}

	private static void together(int port, String path, int requests) throws IOException {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		ByteBuffer request = ByteBuffer.wrap(head(path, true).getBytes(StandardCharsets.US_ASCII));
		long begin = System.nanoTime();
		int answered = 0;
		try (Selector selector = Selector.open()) {
			for (int i = 0; i < requests; i++) {
				SocketChannel channel = SocketChannel.open(address);
				channel.write(request.duplicate());
				channel.configureBlocking(false);
				channel.register(selector, SelectionKey.OP_READ, new ByteArrayOutputStream());
			}
			double sent = seconds(begin);
			ByteBuffer buffer = ByteBuffer.allocate(16_384);
			// Keys that are closed stay until the next selection, which would wait in vain
			while (selector.keys().stream().anyMatch(SelectionKey::isValid) && seconds(begin) < 120) {
				AtomicInteger done = new AtomicInteger();
				selector.select((key) -> done.addAndGet(read(key, buffer)), 1000);
				answered += done.get();
			}
			System.out.printf(Locale.ROOT, "%d of %d answered in %.2f s (sent within %.2f s)%n", answered, requests,
					seconds(begin), sent);
		}
	}

	private static int read(SelectionKey key, ByteBuffer buffer) {
		ByteArrayOutputStream answer = (ByteArrayOutputStream) key.attachment();
		try {
			buffer.clear();
			int count = ((SocketChannel) key.channel()).read(buffer);
			if (count >= 0) {
				answer.write(buffer.array(), 0, count);
				return 0;
			}
			close(key);
			return answer.toString(StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 200") ? 1 : 0;
		}
		catch (IOException ex) {
			close(key);
			return 0;
		}
	}

	private static void close(SelectionKey key) {
		key.cancel();
		try {
			key.channel().close();
		}
		catch (IOException ex) {
			// Nothing is to be read from it any more.
		}
	}

	private static void latency(int port, String path, int requests, int clients, boolean close, int millis)
			throws InterruptedException {
		List<Double> latencies = Collections.synchronizedList(new ArrayList<>());
		AtomicInteger left = new AtomicInteger(requests);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < clients; i++) {
			Thread thread = new Thread(() -> {
				try (Connection connection = new Connection(port)) {
					while (left.getAndDecrement() > 0) {
						long begin = System.nanoTime();
						if (connection.get(path, close) != null) {
							latencies.add(seconds(begin) * 1000);
						}
						Thread.sleep(millis);
					}
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			});
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		Collections.sort(latencies);
		System.out.printf(Locale.ROOT, "%d of %d answered, p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, max %.2f ms%n",
				latencies.size(), requests, quantile(latencies, 0.5), quantile(latencies, 0.95),
				quantile(latencies, 0.99), quantile(latencies, 1));
	}

	private static void spread(int port, int requests) {
		Map<String, Integer> byWorker = new TreeMap<>();
		try (Connection connection = new Connection(port)) {
			for (int i = 0; i < requests; i++) {
				Matcher pid = PID.matcher(String.valueOf(connection.get("/whoami", true)));
				byWorker.merge(pid.find() ? pid.group(1) : "lost", 1, Integer::sum);
			}
		}
		byWorker.forEach((pid, count) -> System.out.printf(Locale.ROOT, "pid %s: %.1f %%%n", pid,
				100.0 * count / requests));
	}

	private static void hold(int port, int connections, boolean half) throws IOException {
		List<Socket> sockets = new ArrayList<>();
		for (int i = 0; i < connections; i++) {
			Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
			if (half) {
				socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
			}
			sockets.add(socket);
		}
		System.out.println("held");
		while (System.in.read() >= 0) {
			// Nothing is expected.
		}
		for (Socket socket : sockets) {
			socket.close();
		}
	}

	private static double quantile(List<Double> sorted, double quantile) {
		return sorted.isEmpty() ? Double.NaN
				: sorted.get(Math.min((int) (quantile * sorted.size()), sorted.size() - 1));
	}

	private static double seconds(long begin) {
		return (System.nanoTime() - begin) / 1e9;
	}

	/**
	 * One connection at a time, opened when there is none.
	 */
	private static final class Connection implements AutoCloseable {

		private final int port;

		private Socket socket;

		Connection(int port) {
			this.port = port;
		}

		/**
		 * Sends a request.
		 * @return the body, or null if it was lost
		 */
		String get(String path, boolean close) {
			try {
				if (this.socket == null) {
					this.socket = new Socket(InetAddress.getLoopbackAddress(), this.port);
					this.socket.setTcpNoDelay(true);
					this.socket.setSoTimeout(60_000);
				}
				this.socket.getOutputStream().write(head(path, close).getBytes(StandardCharsets.US_ASCII));
				return answer(this.socket.getInputStream());
			}
			catch (IOException ex) {
				close();
				return null;
			}
		}

		private String answer(InputStream in) throws IOException {
			String status = line(in);
			boolean chunked = false;
			boolean last = false;
			int length = 0;
			for (String line = line(in); !line.isEmpty(); line = line(in)) {
				String header = line.toLowerCase(Locale.ROOT).replace(" ", "");
				chunked |= header.equals("transfer-encoding:chunked");
				last |= header.equals("connection:close");
				length = header.startsWith("content-length:") ? Integer.parseInt(header.substring(15)) : length;
			}
			StringBuilder body = new StringBuilder();
			do {
				length = chunked ? Integer.parseInt(line(in), 16) : length;
				body.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
				if (chunked) {
					line(in);
				}
			}
			while (chunked && length > 0);
			if (last) {
				close();
			}
			return status.startsWith("HTTP/1.1 200") ? body.toString() : null;
		}

		private static String line(InputStream in) throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next = in.read(); next != '\n'; next = in.read()) {
				if (next < 0) {
					throw new IOException("closed");
				}
				line.append((char) next);
			}
			return line.toString().trim();
		}

		@Override
		public void close() {
			try {
				if (this.socket != null) {
					this.socket.close();
				}
			}
			catch (IOException ex) {
				// What was to be read has been read.
			}
			this.socket = null;
		}

	}

}
