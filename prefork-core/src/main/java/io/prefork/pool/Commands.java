package io.prefork.pool;

import java.time.Instant;

/**
 * Carries out what is asked of the pool, or says why not.
 */
final class Commands {

	private static final String STOPPING = "the server is stopping";

	private final int maximum;

	private final Roster roster;

	private final Staffing staffing;

	private final Rollouts rollouts;

	private final Shutdown shutdown;

	private final Orders orders;

	Commands(int maximum, Roster roster, Staffing staffing, Rollouts rollouts, Shutdown shutdown, Orders orders) {
		this.maximum = maximum;
		this.roster = roster;
		this.staffing = staffing;
		this.rollouts = rollouts;
		this.shutdown = shutdown;
		this.orders = orders;
	}

	void take(Event.Command command) {
		long ticket = command.ticket();
		if (this.shutdown.underWay()) {
			this.orders.reply(ticket, new Answer.Refused(false, STOPPING));
		}
		else if (command instanceof Event.ScaleTo scale) {
			scaleTo(ticket, scale.workers());
		}
		else if (command instanceof Event.ScaleBy scale) {
			scaleBy(ticket, scale.by());
		}
		else if (command instanceof Event.Reload) {
			this.staffing.reload(ticket);
		}
		else if (command instanceof Event.Rollback) {
			rollback(ticket);
		}
		else if (command instanceof Event.Replace replace) {
			replace(ticket, replace.worker());
		}
	}

	private void rollback(long ticket) {
		if (this.staffing.everReady()) {
			this.staffing.rollback(ticket);
		}
		else {
			this.orders.reply(ticket,
					new Answer.Refused(false, "no worker has been ready yet: there is nothing to go back from"));
		}
	}

	private void scaleTo(long ticket, int workers) {
		if (workers < 1 || workers > this.maximum) {
			this.orders.reply(ticket,
					new Answer.Refused(true, "'workers' must be between 1 and " + this.maximum + " but is " + workers));
			return;
		}
		target(ticket, workers);
	}

	private void scaleBy(long ticket, int by) {
		int previous = this.staffing.target();
		int workers = (int) Math.max(1, Math.min(this.maximum, (long) previous + by));
		if (workers == previous && by != 0) {
			this.orders.info("the number of workers stays at " + previous + ", the " + ((by < 0) ? "fewest" : "most")
					+ " there can be");
		}
		target(ticket, workers);
	}

	private void target(long ticket, int workers) {
		int previous = this.staffing.target();
		this.staffing.target(workers);
		if (workers != previous) {
			this.orders.info("scaling from " + previous + " to " + workers + " workers");
		}
		this.orders.reply(ticket, new Answer.Scaled(previous, workers));
	}

	private void replace(long ticket, WorkerId id) {
		WorkerRecord worker = this.roster.find(id);
		if (worker == null) {
			this.orders.reply(ticket, new Answer.Refused(true, "there is no " + id));
		}
		else if (!worker.counts()) {
			this.orders.reply(ticket, new Answer.Refused(false, worker + " is leaving already"));
		}
		else {
			this.orders.info(worker + " is to be replaced");
			worker.retire(new ExitCause.Voluntary("replaced"));
			this.orders.reply(ticket, new Answer.Replacing(id));
		}
	}

	void dismiss(Instant now) {
		if (!this.shutdown.underWay() && this.staffing.state() != PoolView.State.DISMISSED) {
			this.orders.info("dismissing all workers; the target of " + this.staffing.target() + " is remembered");
			this.rollouts.cancel("the workers were dismissed");
			this.staffing.dismiss(now);
		}
	}

	void stop(boolean quick, Instant now) {
		this.staffing.close();
		this.rollouts.cancel(STOPPING);
		this.shutdown.stop(quick, now);
	}

}
