package io.prefork.spring;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A client that never tries again: a request that was written and not wholly answered is
 * lost.
 */
final class StrictClient {

	private final int port;

	private final boolean keepAlive;

	private final int thinkMillis;

	private final List<String> lost = new CopyOnWriteArrayList<>();

	private final Thread thread = new Thread(this::run);

	private volatile int answered;

	private volatile boolean finishing;

	StrictClient(int port, boolean keepAlive, int thinkMillis) {
		this.port = port;
		this.keepAlive = keepAlive;
		this.thinkMillis = thinkMillis;
	}

	void start() {
		this.thread.start();
	}

	void finish() {
		this.finishing = true;
		try {
			this.thread.join(TimeUnit.SECONDS.toMillis(20));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		HttpConnection connection = null;
		while (!this.finishing) {
			try {
				connection = ask(connection);
			}
			catch (IOException ex) {
				this.lost.add((this.keepAlive ? "keep-alive: " : "new connection: ") + ex);
				connection = null;
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(this.thinkMillis));
		}
		close(connection);
	}

	private @Nullable HttpConnection ask(@Nullable HttpConnection kept) throws IOException {
		HttpConnection connection = (kept != null) ? kept : HttpConnection.open(this.port);
		HttpConnection.Answer answer = connection.get("/hello").answer();
		if (answer.status() != 200) {
			this.lost.add("status " + answer.status());
		}
		this.answered++;
		if (this.keepAlive && !answer.announcesClose()) {
			return connection;
		}
		close(connection);
		return null;
	}

	private void close(@Nullable HttpConnection connection) {
		try {
			if (connection != null) {
				connection.close();
			}
		}
		catch (IOException ex) {
			// Nothing was asked
		}
	}

	List<String> lost() {
		return this.lost;
	}

	int answered() {
		return this.answered;
	}

}
