package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import io.prefork.os.ExitStatus;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs executables of hooks to their end, which comes in bounded time: they get no
 * descriptor but the standard ones, what they print goes to a file, and the one that
 * takes too long is killed, with what it has started. For any thread.
 */
final class HookProcesses {

	private static final Logger logger = LoggerFactory.getLogger(HookProcesses.class);

	/**
	 * A process that was killed may still be in a system call that nothing ends.
	 */
	private static final long KILL_TIME_SECONDS = 1;

	/**
	 * As much as the kernel allows for one variable is 128 KiB, for all a few times that.
	 */
	private static final int LONGEST_VALUE = 4096;

	private final OperatingSystem os;

	private final HookScripts scripts;

	private final Path directory;

	private final AtomicLong started = new AtomicLong();

	private final Set<Integer> running = new HashSet<>();

	/**
	 * Makes an instance.
	 * @param directory where their output is kept until they have ended
	 */
	HookProcesses(OperatingSystem os, HookScripts scripts, Path directory) {
		this.os = os;
		this.scripts = scripts;
		this.directory = directory;
	}

	/**
	 * How an executable has ended.
	 *
	 * @param failure what went wrong, a clause that follows its name, or empty
	 * @param output the end of what it has printed
	 */
	record Outcome(Optional<String> failure, String output) {
	}

	/**
	 * Whether a child of this process is one of these, and waited for here. Told rightly
	 * also of one that has only just been started.
	 */
	boolean owns(int pid) {
		synchronized (this.running) {
			return this.running.contains(pid);
		}
	}

	/**
	 * Whether each of these is known to have ended.
	 */
	boolean isIdle() {
		synchronized (this.running) {
			return this.running.isEmpty();
		}
	}

	/**
	 * Runs the executable of a hook, and waits for its end.
	 */
	Outcome run(Hook hook, Path executable) {
		Path output = this.directory.resolve("hook-" + this.started.incrementAndGet() + ".out");
		try {
			Optional<String> failure = run(
					new SpawnRequest(List.of(executable.toString()), environment(hook), output, List.of()));
			return new Outcome(failure, FileTail.read(output));
		}
		catch (IOException | RuntimeException | Error ex) {
			logger.debug("Hook {} failed", hook, ex);
			return new Outcome(Optional.of("could not be run: " + ex.getMessage()), "");
		}
		finally {
			delete(output);
		}
	}

	private Map<String, String> environment(Hook hook) {
		Map<String, String> environment = new HashMap<>(this.scripts.environment());
		environment.put("PREFORK_HOOK", hook.name().label());
		environment.put("PREFORK_MASTER_PID", Long.toString(ProcessHandle.current().pid()));
		hook.variables().forEach((name, value) -> environment.put(name, bounded(value)));
		return environment;
	}

	private static String bounded(String value) {
		String kept = (value.length() > LONGEST_VALUE) ? value.substring(0, LONGEST_VALUE) : value;
		return kept.replace('\0', ' ');
	}

	private Optional<String> run(SpawnRequest request) throws IOException {
		CompletableFuture<Integer> child = new CompletableFuture<>();
		// The thread first, which may not be had: a process that nobody waits for would
		// stay a zombie.
		CompletableFuture<ExitStatus> end = await(child);
		int pid;
		try {
			pid = spawn(request);
		}
		catch (IOException | RuntimeException | Error ex) {
			child.cancel(false);
			throw ex;
		}
		child.complete(pid);
		try {
			return failure(end.get(this.scripts.timeout().toNanos(), TimeUnit.NANOSECONDS));
		}
		catch (TimeoutException ex) {
			kill(pid, end);
			return Optional.of("had not ended within " + this.scripts.timeout().toMillis() + " ms and was killed");
		}
		catch (InterruptedException ex) {
			kill(pid, end);
			Thread.currentThread().interrupt();
			return Optional.of("was killed because the master does not wait for it any longer");
		}
		catch (ExecutionException ex) {
			throw new IOException(ex.getCause());
		}
	}

	private int spawn(SpawnRequest request) throws IOException {
		// Who finds it ended, and asks whose it is, has to wait for the answer.
		synchronized (this.running) {
			int pid = this.os.spawn(request);
			this.running.add(pid);
			return pid;
		}
	}

	private CompletableFuture<ExitStatus> await(CompletableFuture<Integer> child) {
		CompletableFuture<ExitStatus> end = new CompletableFuture<>();
		Thread waiter = new Thread(() -> {
			try {
				await(child.join(), end);
			}
			catch (CancellationException ex) {
				// There is no process to wait for.
			}
		}, "prefork-hook-wait");
		waiter.setDaemon(true);
		waiter.start();
		return end;
	}

	private void await(int pid, CompletableFuture<ExitStatus> end) {
		try {
			end.complete(this.os.await(pid));
		}
		catch (IOException | RuntimeException | Error ex) {
			end.completeExceptionally(ex);
		}
		finally {
			synchronized (this.running) {
				this.running.remove(pid);
			}
		}
	}

	private static Optional<String> failure(ExitStatus status) {
		if (status instanceof ExitStatus.Exited exited) {
			return (exited.code() != 0) ? Optional.of("ended with status " + exited.code()) : Optional.empty();
		}
		ExitStatus.Signalled signalled = (ExitStatus.Signalled) status;
		return Optional.of("was ended by " + Signal.name(signalled.number()));
	}

	/**
	 * Kills it with its descendants: a shell that is killed leaves behind what it waits
	 * for.
	 */
	private void kill(int pid, CompletableFuture<ExitStatus> end) {
		List<ProcessHandle> descendants = ProcessHandle.of(pid)
			.map((script) -> script.descendants().toList())
			.orElse(List.of());
		try {
			if (!end.isDone()) {
				this.os.kill(pid, Signal.KILL);
			}
			descendants.forEach(ProcessHandle::destroyForcibly);
			end.get(KILL_TIME_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException | ExecutionException | TimeoutException ex) {
			logger.debug("Process {} of a hook was killed and is not known to have ended", pid, ex);
		}
	}

	private static void delete(Path file) {
		try {
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			logger.debug("Cannot delete {}", file, ex);
		}
	}

}
