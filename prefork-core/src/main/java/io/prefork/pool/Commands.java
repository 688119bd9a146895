package io.prefork.pool;

import java.time.Instant;

/**
 * Carries out what is asked of the pool, or says why not.
 */
final class Commands {

	private static final String STOPPING = "the server is stopping";

	private final Elasticity elasticity;

	private final Roster roster;

	private final Staffing staffing;

	private final Rollouts rollouts;

	private final Shutdown shutdown;

	private final Orders orders;

	Commands(Elasticity elasticity, Roster roster, Staffing staffing, Rollouts rollouts, Shutdown shutdown,
			Orders orders) {
		this.elasticity = elasticity;
		this.roster = roster;
		this.staffing = staffing;
		this.rollouts = rollouts;
		this.shutdown = shutdown;
		this.orders = orders;
	}

	void take(Event.Command command, Instant now) {
		long ticket = command.ticket();
		if (this.shutdown.underWay()) {
			this.orders.reply(ticket, new Answer.Refused(false, STOPPING));
		}
		else if (command instanceof Event.ScaleTo scale) {
			scaleTo(ticket, scale.workers(), now);
		}
		else if (command instanceof Event.ScaleBy scale) {
			scaleBy(ticket, scale.by(), now);
		}
		else if (command instanceof Event.ScaleAuto) {
			scaleAuto(ticket);
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

	private void scaleTo(long ticket, int workers, Instant now) {
		int maximum = this.elasticity.policy().maximum();
		if (workers < 1 || workers > maximum) {
			this.orders.reply(ticket,
					new Answer.Refused(true, "'workers' must be between 1 and " + maximum + " but is " + workers));
			return;
		}
		this.elasticity.holdAt(this.staffing.target(), workers, now);
		target(ticket, workers);
	}

	private void scaleBy(long ticket, int by, Instant now) {
		int previous = this.staffing.target();
		int workers = (int) Math.max(1, Math.min(this.elasticity.policy().maximum(), (long) previous + by));
		if (workers == previous && by != 0) {
			this.orders.info("the number of workers stays at " + previous + ", the " + ((by < 0) ? "fewest" : "most")
					+ " there can be");
		}
		this.elasticity.hold(previous, workers, now);
		target(ticket, workers);
	}

	private void scaleAuto(long ticket) {
		if (!this.elasticity.policy().elastic()) {
			this.orders.reply(ticket, new Answer.Refused(true, "'workers' cannot be 'auto' under the policy 'static'"));
			return;
		}
		this.elasticity.release();
		this.orders.info("the load sets the number of workers again");
		target(ticket, Math.max(this.staffing.target(), this.elasticity.policy().minimum()));
	}

	private void target(long ticket, int workers) {
		int previous = this.staffing.target();
		this.staffing.target(workers);
		int floor = this.elasticity.floor();
		if (workers != previous) {
			this.orders.info("scaling from " + previous + " to " + CountText.workers(workers)
					+ ((floor > 0) ? "; the load takes none below " + floor + " until that is released" : ""));
		}
		this.orders.reply(ticket, new Answer.Scaled(previous, workers, floor));
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
