package io.prefork.master;

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

	Estate(MasterConfiguration configuration, Pool pool, WorkerProcesses processes, Ledger ledger) {
		this.configuration = configuration;
		this.pool = pool;
		this.processes = processes;
		this.ledger = ledger;
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
		return new Handover(Handover.VERSION, pid, this.configuration.runDirectory().path(),
				this.configuration.pidFile().map(PidFile::path), Processes.ignores(pid, Signal.HUP),
				this.configuration.listeners().carry(), this.configuration.launcher().code(carried.generation()),
				this.ledger.handOver(), carried, this.processes.children());
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
