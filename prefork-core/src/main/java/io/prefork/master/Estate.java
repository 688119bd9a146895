package io.prefork.master;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.prefork.control.CommandRefusedException;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.pool.CarriedPool;
import io.prefork.pool.Pool;

/**
 * What a master has that the program which it becomes goes on with. For the loop thread.
 */
final class Estate {

	private final MasterConfiguration configuration;

	private final Pool pool;

	private final WorkerProcesses processes;

	private final Ledger ledger;

	private final PoolHooks hooks;

	Estate(MasterConfiguration configuration, Pool pool, WorkerProcesses processes, Ledger ledger, PoolHooks hooks) {
		this.configuration = configuration;
		this.pool = pool;
		this.processes = processes;
		this.ledger = ledger;
		this.hooks = hooks;
	}

	Path runDirectory() {
		return this.configuration.runDirectory().path();
	}

	/**
	 * The record of it.
	 * @throws CommandRefusedException if it cannot be handed over now
	 */
	Handover handover() {
		this.pool.obstacle().ifPresent((obstacle) -> {
			throw new CommandRefusedException(false, "The master cannot be upgraded now: " + obstacle);
		});
		int pid = (int) ProcessHandle.current().pid();
		CarriedPool carried = this.pool.carry();
		return new Handover(Handover.VERSION, pid, runDirectory(), this.configuration.pidFile().map(PidFile::path),
				this.hooks.readyTold(), Processes.ignores(pid, Signal.HUP), this.configuration.listeners().carry(),
				this.configuration.launcher().code(carried.rollouts().generation()),
				this.ledger.handOver(this.processes.oomKills()), carried, this.processes.children());
	}

	/**
	 * What is half done and over in a moment, so that the record would not be true.
	 * @return a clause, or empty
	 */
	Optional<String> unrest() {
		if (this.pool.isMidway()) {
			return Optional.of("a worker is being started, or what one has ended of is being looked into");
		}
		return this.hooks.isIdle() ? Optional.empty() : Optional.of("a hook has not ended");
	}

	/**
	 * Asks the user's executable, after those that have their turn before it. Blocks; for
	 * any thread but the loop's.
	 * @return why the master must stay what it is, or empty
	 */
	Optional<UpgradeTrial.Failure> veto() throws InterruptedException {
		return this.hooks.preExec()
			.map((refusal) -> new UpgradeTrial.Failure("the hook " + Hook.Name.PRE_EXEC.label() + " has refused it",
					"It " + refusal));
	}

	/**
	 * The descriptors that stay open.
	 */
	Set<Integer> descriptors() {
		return this.configuration.listeners()
			.carry()
			.stream()
			.map(Handover.Socket::descriptor)
			.filter((descriptor) -> descriptor >= 0)
			.collect(Collectors.toSet());
	}

}
