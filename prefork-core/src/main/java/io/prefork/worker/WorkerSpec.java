package io.prefork.worker;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.prefork.os.Listener;
import io.prefork.os.Scheme;
import io.prefork.os.SpawnRequest;

/**
 * What the master tells a worker on its command line, as system properties: a subprocess
 * of the application's does not inherit them as it would environment variables.
 *
 * @param slot scoreboard slot, from 0
 * @param serial number of the spawn, from 1
 * @param generation generation of the code and configuration, from 1
 * @param runDirectory the master's private directory, which holds the control socket and
 * the scoreboard
 * @param listeners the listening sockets handed over, in the order of
 * {@code prefork.bind}
 */
public record WorkerSpec(int slot, long serial, int generation, Path runDirectory, List<InheritedListener> listeners) {

	/**
	 * Name of the file in the run directory that is there while the master becomes
	 * another program.
	 */
	public static final String HANDOVER = "handover";

	/**
	 * Environment variable that tells a master which master it succeeds. Not meant for
	 * workers.
	 */
	public static final String HANDOVER_VARIABLE = "PREFORK_HANDOVER";

	private static final String PREFIX = "prefork.worker.";

	public WorkerSpec {
		listeners = List.copyOf(listeners);
	}

	/**
	 * A listening socket that this process was given, or that it is to open itself.
	 *
	 * @param descriptor its descriptor in this process, or {@link Listener#NO_DESCRIPTOR}
	 * if this process is to open it with {@code SO_REUSEPORT}
	 * @param family its family
	 * @param address its real address, such as {@code 0.0.0.0:8080} or
	 * {@code unix:/run/app.sock}
	 * @param backlog length of its accept queue
	 * @param scheme what clients speak on it
	 */
	public record InheritedListener(int descriptor, Listener.Family family, String address, int backlog,
			Scheme scheme) {

		/**
		 * Makes a listener whose address does not say what clients speak.
		 * @param descriptor its descriptor
		 * @param family its family
		 * @param address its real address
		 * @param backlog length of its accept queue
		 */
		public InheritedListener(int descriptor, Listener.Family family, String address, int backlog) {
			this(descriptor, family, address, backlog, Scheme.UNSAID);
		}

		/**
		 * Whether this process was given the socket.
		 * @return {@code false} if it is to open it itself
		 */
		public boolean isHandedOver() {
			return this.descriptor != Listener.NO_DESCRIPTOR;
		}

		/**
		 * Where the socket listens.
		 * @return an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}
		 */
		public SocketAddress socketAddress() {
			if (this.family == Listener.Family.UNIX) {
				return UnixDomainSocketAddress.of(this.address.replaceFirst("^unix:", ""));
			}
			int colon = this.address.lastIndexOf(':');
			String host = this.address.substring(0, colon).replaceAll("[\\[\\]]", "");
			return new InetSocketAddress(host, Integer.parseInt(this.address.substring(colon + 1)));
		}

		/**
		 * The port that clients connect to.
		 * @return the port, or -1 if it is a unix-domain socket
		 */
		public int port() {
			return (socketAddress() instanceof InetSocketAddress inet) ? inet.getPort() : -1;
		}

		private String encode() {
			return this.descriptor + "|" + this.family + "|" + this.backlog + "|" + this.scheme + "|" + this.address;
		}

		private static InheritedListener decode(String text) {
			String[] parts = text.split("\\|", 5);
			return new InheritedListener(Integer.parseInt(parts[0]), Listener.Family.valueOf(parts[1]), parts[4],
					Integer.parseInt(parts[2]), Scheme.valueOf(parts[3]));
		}

	}

	/**
	 * Whether a listener is served with TLS: as its address says; where that says
	 * nothing, the first is if the web server is configured with TLS, and others are not.
	 * @param listener one of the listeners
	 * @param ssl whether the web server is configured with TLS
	 * @return whether clients speak TLS there
	 */
	public boolean isTls(InheritedListener listener, boolean ssl) {
		return switch (listener.scheme()) {
			case HTTPS -> true;
			case HTTP -> false;
			case UNSAID -> ssl && listener.equals(this.listeners.get(0));
		};
	}

	/**
	 * The descriptor behind those of the listeners, where the master's standard output
	 * is, and its standard error next to it.
	 * @return the descriptor's number
	 */
	public int standardOutput() {
		return SpawnRequest.FIRST_DESCRIPTOR
				+ (int) this.listeners.stream().filter(InheritedListener::isHandedOver).count();
	}

	/**
	 * The file that takes what this worker prints until it has reached its master.
	 * @return a file in the run directory
	 */
	public Path firstOutput() {
		return this.runDirectory.resolve("worker-" + this.serial + ".out");
	}

	/**
	 * The file that keeps the last of what this worker prints, for when it is dead.
	 * @return a file in the run directory, see {@link OutputTail}
	 */
	public Path lastOutput() {
		return this.runDirectory.resolve("worker-" + this.serial + ".tail");
	}

	/**
	 * The file for options of this worker's JVM that do not fit on a command line. The
	 * JVM has read it before it runs Java.
	 * @return a file in the run directory, which exists only if it is needed
	 */
	public Path argumentFile() {
		return this.runDirectory.resolve("worker-" + this.serial + ".args");
	}

	/**
	 * The file that is there while the master becomes another program, and is back soon.
	 * @return a file in the run directory
	 */
	public Path handover() {
		return this.runDirectory.resolve(HANDOVER);
	}

	/**
	 * The system properties that carry this.
	 * @return names and values, in a stable order
	 */
	public Map<String, String> toSystemProperties() {
		Map<String, String> properties = new TreeMap<>();
		properties.put(PREFIX + "slot", Integer.toString(this.slot));
		properties.put(PREFIX + "serial", Long.toString(this.serial));
		properties.put(PREFIX + "generation", Integer.toString(this.generation));
		properties.put(PREFIX + "run-directory", this.runDirectory.toString());
		for (int i = 0; i < this.listeners.size(); i++) {
			properties.put(PREFIX + "listener." + i, this.listeners.get(i).encode());
		}
		return properties;
	}

	/**
	 * Reads what {@link #toSystemProperties()} wrote.
	 * @return the specification, or empty if this process is no worker
	 */
	public static Optional<WorkerSpec> fromSystemProperties() {
		String directory = System.getProperty(PREFIX + "run-directory");
		String slot = System.getProperty(PREFIX + "slot");
		if (directory == null || slot == null) {
			return Optional.empty();
		}
		List<InheritedListener> listeners = new ArrayList<>();
		String encoded;
		while ((encoded = System.getProperty(PREFIX + "listener." + listeners.size())) != null) {
			listeners.add(InheritedListener.decode(encoded));
		}
		return Optional.of(new WorkerSpec(Integer.parseInt(slot), Long.getLong(PREFIX + "serial", 0L),
				Integer.getInteger(PREFIX + "generation", 0), Path.of(directory), listeners));
	}

}
