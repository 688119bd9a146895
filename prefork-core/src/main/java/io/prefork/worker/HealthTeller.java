package io.prefork.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Has the health checked when the master asks, on a thread of its own: a check may wait
 * for a database, and the link has other things to hear meanwhile. Asked again before it
 * has answered, it does not begin another check.
 */
final class HealthTeller {

	private final Consumer<String> master;

	private final AtomicBoolean checking = new AtomicBoolean();

	private volatile HealthCheck check = () -> "";

	/**
	 * Makes one that finds nothing wrong.
	 * @param master who is told
	 */
	HealthTeller(Consumer<String> master) {
		this.master = master;
	}

	void use(HealthCheck check) {
		this.check = check;
	}

	void asked() {
		if (this.checking.compareAndSet(false, true)) {
			Thread thread = new Thread(this::tell, "prefork-health");
			thread.setDaemon(true);
			thread.start();
		}
	}

	private void tell() {
		try {
			this.master.accept(ailment());
		}
		finally {
			this.checking.set(false);
		}
	}

	private String ailment() {
		try {
			return this.check.ailment();
		}
		catch (RuntimeException | Error ex) {
			return "its health could not be checked: " + ex;
		}
	}

}
