package io.prefork.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * The actions that one event leads to, in the order in which they are to be carried out.
 */
final class Orders {

	private List<Action> actions = new ArrayList<>();

	void add(Action action) {
		this.actions.add(action);
	}

	/**
	 * Answers a command, unless nobody waits.
	 */
	void reply(long ticket, Answer answer) {
		if (ticket != 0) {
			add(new Action.Reply(ticket, answer));
		}
	}

	void info(String line) {
		add(new Action.Report(Action.Severity.INFO, line));
	}

	void warn(String line) {
		add(new Action.Report(Action.Severity.WARN, line));
	}

	void error(String line) {
		add(new Action.Report(Action.Severity.ERROR, line));
	}

	/**
	 * Hands the actions out and starts over.
	 */
	List<Action> take() {
		List<Action> taken = List.copyOf(this.actions);
		this.actions = new ArrayList<>();
		return taken;
	}

}
