package io.prefork.master;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.os.NotifySocket;
import io.prefork.os.OperatingSystem;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the pool is ({@code sd_notify(3)}), by comparing the pool with what
 * was told last. What could not be sent is told again at the next tick, and costs nothing
 * else. For the loop thread: a loop that hangs sends no {@code WATCHDOG=1}.
 * <p>
 * {@code READY=1} comes when as many workers accept as there should be: who waits for the
 * service waits for its whole capacity. If some accept and the others cannot be had, it
 * comes as well, since a service with fewer workers is better than none.
 */
public final class ServiceNotifier implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServiceNotifier.class);

	private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);

	private static final Duration EXTENSION_INTERVAL = Duration.ofSeconds(5);

	/**
	 * By how much the time that systemd allows for a start, a reload or a stop is put
	 * off. The pool's own timeouts bound each of them.
	 */
	private static final Duration EXTENSION = EXTENSION_INTERVAL.multipliedBy(3);

	private static final Duration COMPLAINT_INTERVAL = Duration.ofMinutes(1);

	private final NotifySocket socket;

	private final Optional<Duration> watchdogInterval;

	private ServicePhase phase = ServicePhase.STARTING;

	private boolean reloadAsked;

	private String status = "";

	private Instant statusDue = Instant.MIN;

	private Instant watchdogDue = Instant.MIN;

	/**
	 * Whether systemd has been asked to wait longer than it is set to.
	 */
	private boolean watchdogPutOff;

	private Instant extensionDue = Instant.MIN;

	private Instant complaintDue = Instant.MIN;

	private boolean closed;

	ServiceNotifier(NotifySocket socket, Optional<Duration> watchdogInterval) {
		this.socket = socket;
		this.watchdogInterval = watchdogInterval;
	}

	/**
	 * Makes a notifier if somebody wants to be told.
	 * @param environment the environment of this process: {@code NOTIFY_SOCKET},
	 * {@code WATCHDOG_USEC}, {@code WATCHDOG_PID}
	 * @param os the operating system
	 * @return the notifier; empty, with a line in the log, if the socket cannot be used
	 */
	public static Optional<ServiceNotifier> of(Map<String, String> environment, OperatingSystem os) {
		String address = environment.getOrDefault("NOTIFY_SOCKET", "");
		if (address.isEmpty()) {
			return Optional.empty();
		}
		try {
			return Optional.of(new ServiceNotifier(os.notifySocket(address),
					watchdog(environment, ProcessHandle.current().pid())));
		}
		catch (IOException ex) {
			logger.warn("The service manager is told nothing: NOTIFY_SOCKET is '{}', and {}", address, ex.getMessage());
			return Optional.empty();
		}
	}

	/**
	 * How often the watchdog is to be fed: at half of what it waits for
	 * (sd_watchdog_enabled(3)).
	 */
	static Optional<Duration> watchdog(Map<String, String> environment, long pid) {
		String micros = environment.getOrDefault("WATCHDOG_USEC", "");
		String whose = environment.getOrDefault("WATCHDOG_PID", "");
		boolean ours = whose.isEmpty() || whose.equals(Long.toString(pid));
		return (ours && micros.matches("[1-9]\\d{0,15}"))
				? Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS).dividedBy(2)) : Optional.empty();
	}

	/**
	 * Looks at the pool after an event.
	 * @param event what happened
	 * @param view the pool as it is now
	 * @param now the time
	 */
	void observe(Event event, PoolView view, Instant now) {
		if (this.closed) {
			return;
		}
		this.reloadAsked |= event instanceof Event.Reload;
		ServicePhase next = this.phase.next(view, this.reloadAsked);
		boolean again = next == ServicePhase.RELOADING && this.reloadAsked;
		if ((next != this.phase || again) && tell(next, now)) {
			this.reloadAsked &= next != ServicePhase.RELOADING;
			this.phase = next;
		}
		if (event instanceof Event.Tick tick) {
			refresh(ServiceStatus.of(view, tick), now);
		}
	}

	/**
	 * The master is about to become another program, which will say that it is ready. If
	 * nothing comes of it, this one does. Nobody feeds the watchdog meanwhile.
	 * @param patience how long that may take
	 */
	void replacing(Duration patience, Instant now) {
		if (this.phase == ServicePhase.READY && tell(ServicePhase.RELOADING, now)) {
			this.phase = ServicePhase.RELOADING;
		}
		this.watchdogInterval.map((half) -> half.multipliedBy(2)).ifPresent((usual) -> {
			Duration longer = (patience.compareTo(usual) > 0) ? patience : usual;
			send(List.of("WATCHDOG_USEC=" + longer.toNanos() / 1000, "WATCHDOG=1"), now);
			replaced();
		});
	}

	/**
	 * The master has become this program.
	 */
	void replaced() {
		this.watchdogPutOff = true;
		this.watchdogDue = Instant.MIN;
	}

	private boolean tell(ServicePhase next, Instant now) {
		List<String> lines = new ArrayList<>();
		switch (next) {
			case STARTING -> {
			}
			case READY -> {
				lines.add("READY=1");
				lines.add("MAINPID=" + ProcessHandle.current().pid());
			}
			case RELOADING -> {
				lines.add("RELOADING=1");
				// systemd compares it with the time of its own HUP.
				lines.add("MONOTONIC_USEC=" + Duration.between(Instant.EPOCH, now).toNanos() / 1000);
			}
			case STOPPING -> lines.add("STOPPING=1");
		}
		return send(lines, now);
	}

	private void refresh(String text, Instant now) {
		List<String> lines = new ArrayList<>();
		boolean watchdog = this.watchdogInterval.isPresent() && !now.isBefore(this.watchdogDue);
		boolean extension = this.phase != ServicePhase.READY && !now.isBefore(this.extensionDue);
		boolean news = !text.equals(this.status) && !now.isBefore(this.statusDue);
		if (watchdog && this.watchdogPutOff) {
			lines.add("WATCHDOG_USEC=" + this.watchdogInterval.orElseThrow().multipliedBy(2).toNanos() / 1000);
		}
		if (watchdog) {
			lines.add("WATCHDOG=1");
		}
		if (extension) {
			lines.add("EXTEND_TIMEOUT_USEC=" + EXTENSION.toNanos() / 1000);
		}
		if (news) {
			lines.add("STATUS=" + text);
		}
		if (lines.isEmpty() || !send(lines, now)) {
			return;
		}
		this.watchdogDue = watchdog ? now.plus(this.watchdogInterval.orElseThrow()) : this.watchdogDue;
		this.watchdogPutOff &= !watchdog;
		this.extensionDue = extension ? now.plus(EXTENSION_INTERVAL) : this.extensionDue;
		this.statusDue = news ? now.plus(STATUS_INTERVAL) : this.statusDue;
		this.status = news ? text : this.status;
	}

	private boolean send(List<String> lines, Instant now) {
		try {
			this.socket.send(String.join("\n", lines));
			return true;
		}
		catch (IOException ex) {
			if (!now.isBefore(this.complaintDue)) {
				this.complaintDue = now.plus(COMPLAINT_INTERVAL);
				logger.warn("The service manager could not be told {}: {}; it is tried again", lines, ex.getMessage());
			}
			return false;
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.socket.close();
	}

}
