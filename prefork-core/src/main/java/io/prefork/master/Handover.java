package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import io.prefork.os.Listener;
import io.prefork.pool.CarriedPool;
import io.prefork.pool.WorkerId;
import io.prefork.worker.WorkerSpec;

/**
 * What a master leaves to the program that it becomes, which has the same process id and
 * the same children ({@code execve(2)}).
 *
 * @param version number of the form of this record
 * @param pid the process
 * @param runDirectory the run directory
 * @param pidFile the process id file, if there is one
 * @param readyTold whether the hook {@code when_ready} has been called
 * @param hangUpIgnored whether HUP was ignored since the start ({@code nohup})
 * @param listeners the listening sockets
 * @param code what identifies the code of the current generation, empty if that is where
 * the application is
 * @param counts what is counted
 * @param pool the pool
 * @param processes the processes of its workers
 */
public record Handover(int version, long pid, Path runDirectory, Optional<Path> pidFile, boolean readyTold,
		boolean hangUpIgnored, List<Socket> listeners, Optional<String> code, Counts counts, CarriedPool pool,
		List<Child> processes) {

	/**
	 * The form that this code writes, and the only one that it reads.
	 */
	static final int VERSION = 2;

	private static final String TRIAL = "trial:";

	public Handover {
		listeners = List.copyOf(listeners);
		processes = List.copyOf(processes);
	}

	/**
	 * A listening socket.
	 *
	 * @param address where it was opened, as text
	 * @param descriptor its number, or -1 if each worker has one of its own
	 * @param name its real address
	 * @param family its family
	 * @param port the real port, 0 if it has none
	 */
	public record Socket(String address, int descriptor, String name, Listener.Family family, int port) {
	}

	/**
	 * What a master counts.
	 *
	 * @param started when the process started, of {@link System#nanoTime()}
	 * @param upgrades how often it has been upgraded, this time included
	 * @param gone what workers had counted that are gone
	 * @param oomKills what the kernel had counted of its OOM killer when last seen, if it
	 * counts: one that strikes in between is not to be taken for somebody else
	 */
	public record Counts(long started, int upgrades, Gone gone, OptionalLong oomKills) {
	}

	/**
	 * Sums of what workers have counted that are gone.
	 *
	 * @param requests requests answered
	 * @param errors requests answered with a server error
	 * @param overflowed requests begun although all slots were taken
	 * @param slowClients connections broken off
	 * @param slow requests that took longer than they should
	 * @param timedOut requests ended at their timeout
	 */
	public record Gone(long requests, long errors, long overflowed, long slowClients, long slow, long timedOut) {
	}

	/**
	 * The process of a worker.
	 *
	 * @param worker the worker
	 * @param pid its process id
	 * @param generation its generation
	 * @param spawned when it was started, by the calendar
	 * @param faults what its JVM does when it cannot go on
	 * @param killed whether this master has sent it KILL
	 */
	public record Child(WorkerId worker, int pid, int generation, Instant spawned, WorkerLauncher.Faults faults,
			boolean killed) {
	}

	/**
	 * What is left to this process, if anything is.
	 * @param environment the environment of this process
	 * @param pid its process id
	 * @return the record; empty if it is meant for another process, or for none
	 * @throws IOException if it cannot be read, or is of another form
	 */
	public static Optional<Handover> of(Map<String, String> environment, long pid) throws IOException {
		String value = environment.getOrDefault(WorkerSpec.HANDOVER_VARIABLE, "");
		if (value.isEmpty() || value.startsWith(TRIAL) || !Files.exists(Path.of(value))) {
			return Optional.empty();
		}
		return Optional.of(HandoverFile.read(Path.of(value))).filter((handover) -> handover.pid() == pid);
	}

	/**
	 * The trial that this process is, if it is one: it is to find out whether it could go
	 * on from a record, and to touch nothing.
	 * @param environment the environment of this process
	 * @return the trial, or empty
	 */
	public static Optional<Trial> trial(Map<String, String> environment) {
		String value = environment.getOrDefault(WorkerSpec.HANDOVER_VARIABLE, "");
		return value.startsWith(TRIAL) ? Optional.of(new Trial(Path.of(value.substring(TRIAL.length()))))
				: Optional.empty();
	}

	/**
	 * A trial.
	 *
	 * @param file the record that it is given, which it may accept
	 */
	public record Trial(Path file) {

		String variable() {
			return TRIAL + this.file;
		}

		Path accepted() {
			return this.file.resolveSibling(this.file.getFileName() + ".accepted");
		}

		Path output() {
			return this.file.resolveSibling(this.file.getFileName() + ".out");
		}

		/**
		 * Reads the record.
		 * @return what would be left to this program
		 * @throws IOException if it cannot be read, or is of another form
		 */
		public Handover handover() throws IOException {
			return HandoverFile.read(this.file);
		}

		/**
		 * Says that this program could go on from it.
		 * @throws IOException if that cannot be said
		 */
		public void accept() throws IOException {
			Files.createFile(accepted());
		}

		boolean isAccepted() {
			return Files.exists(accepted());
		}

		void clean() throws IOException {
			Files.deleteIfExists(this.file);
			Files.deleteIfExists(accepted());
			Files.deleteIfExists(output());
		}

	}

}
