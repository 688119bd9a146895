package io.prefork.master;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.os.OperatingSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the user's executables at the hooks of the master, one after the other in the
 * order of what has happened, on a thread of their own. Nothing waits for one but what
 * its Javadoc says, and that not for long; nothing depends on how it ends but where a
 * refusal is meant.
 */
public final class Hooks {

	private static final Logger logger = LoggerFactory.getLogger(Hooks.class);

	/**
	 * How many may wait for their turn.
	 */
	private static final int WAITING = 100;

	private final HookScripts scripts;

	private final HookProcesses processes;

	/**
	 * Turns that are not over.
	 */
	private final AtomicInteger pending = new AtomicInteger();

	private final ThreadPoolExecutor turns = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(WAITING), (task) -> Master.daemon("prefork-hooks", task));

	/**
	 * Prepares hooks, and starts nothing.
	 * @param scripts what is run at which
	 * @param os the operating system
	 * @param directory where their output is kept until they have ended; the master's own
	 */
	public Hooks(HookScripts scripts, OperatingSystem os, Path directory) {
		this.scripts = scripts;
		this.processes = new HookProcesses(os, scripts, directory);
		this.turns.allowCoreThreadTimeOut(true);
	}

	/**
	 * The server is about to start. To be called before anything is opened; waits for the
	 * end of the executable.
	 * @param workers workers that are to be started
	 * @return why the server must not start, a clause that follows the executable's name,
	 * or empty
	 */
	public Optional<String> starting(int workers) {
		return ask(new Hook.OnStarting(workers));
	}

	/**
	 * The master is about to execute another one in its place. Waits for the end of the
	 * executable and of those that had their turn before, so that the new master has no
	 * child that it does not know; not for the loop thread.
	 * @return why it must not, a clause that follows the executable's name, or empty
	 * @throws InterruptedException if interrupted
	 */
	public Optional<String> preExec() throws InterruptedException {
		CompletableFuture<Optional<String>> turn = new CompletableFuture<>();
		boolean submitted = submit(() -> {
			if (!turn.isDone()) {
				turn.completeAsync(() -> ask(new Hook.PreExec()), Runnable::run);
			}
		});
		if (!submitted) {
			return Optional.of("has not been run: too many hooks wait for their turn");
		}
		try {
			return turn.get(this.scripts.timeout().multipliedBy(3).toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw new CompletionException(ex.getCause());
		}
		catch (TimeoutException ex) {
			turn.cancel(false);
			return Optional.of("has not been run: others that wait for their turn take too long");
		}
	}

	/**
	 * Runs the executable of a hook that may refuse.
	 * @return the refusal, or empty
	 */
	private Optional<String> ask(Hook hook) {
		Optional<Path> executable = executable(hook);
		if (executable.isEmpty()) {
			return Optional.empty();
		}
		HookProcesses.Outcome outcome = this.processes.run(hook, executable.get());
		if (outcome.failure().isEmpty()) {
			report(hook, executable.get(), outcome);
			return Optional.empty();
		}
		return Optional
			.of(outcome.failure().get() + (outcome.output().isEmpty() ? "" : "; it has printed:\n" + outcome.output()));
	}

	/**
	 * Something has happened.
	 */
	void tell(Hook hook) {
		executable(hook).ifPresent((executable) -> {
			if (!submit(() -> run(hook, executable))) {
				skip(hook, "too many others wait for their turn");
			}
		});
	}

	/**
	 * Does something after the executable of a hook has ended. If its turn has not come
	 * and gone within the timeout, it is done all the same: a worker's start is not to
	 * hang on scripts.
	 * @param loop where it is done, unless there is no executable: then here, at once
	 */
	void before(Hook hook, Executor loop, Runnable action) {
		Optional<Path> executable = executable(hook);
		if (executable.isEmpty()) {
			action.run();
			return;
		}
		CompletableFuture<Void> over = new CompletableFuture<>();
		boolean submitted = submit(() -> {
			if (!over.isDone()) {
				run(hook, executable.get());
				over.complete(null);
			}
			else {
				skip(hook, "it did not have its turn in time");
			}
		});
		if (!submitted) {
			skip(hook, "too many others wait for their turn");
			over.complete(null);
		}
		over.completeOnTimeout(null, this.scripts.timeout().toNanos(), TimeUnit.NANOSECONDS).thenRunAsync(action, loop);
	}

	/**
	 * The end: those that wait have their turn if that is possible within the timeout,
	 * and the last one has it in any case. Blocks for at most twice the timeout, and
	 * little more.
	 */
	void end(Hook.OnExit hook) {
		this.turns.shutdown();
		try {
			if (!this.turns.awaitTermination(this.scripts.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
				int left = this.turns.shutdownNow().size();
				logger.warn("Hooks are not waited for any longer at the end: one was running, {} waiting", left);
				this.turns.awaitTermination(Duration.ofSeconds(2).toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		executable(hook).ifPresent((executable) -> run(hook, executable));
	}

	/**
	 * Whether none has its turn or waits for it, and none has left a process.
	 */
	boolean isIdle() {
		return this.pending.get() == 0 && this.processes.isIdle();
	}

	/**
	 * Whether a child of this process is an executable of a hook's, and waited for. For
	 * any thread.
	 */
	boolean owns(int pid) {
		return this.processes.owns(pid);
	}

	private Optional<Path> executable(Hook hook) {
		return Optional.ofNullable(this.scripts.executables().get(hook.name()));
	}

	private boolean submit(Runnable task) {
		this.pending.incrementAndGet();
		try {
			this.turns.execute(() -> {
				try {
					task.run();
				}
				finally {
					this.pending.decrementAndGet();
				}
			});
			return true;
		}
		catch (RejectedExecutionException ex) {
			this.pending.decrementAndGet();
			return false;
		}
	}

	private void run(Hook hook, Path executable) {
		report(hook, executable, this.processes.run(hook, executable));
	}

	private static void report(Hook hook, Path executable, HookProcesses.Outcome outcome) {
		String output = outcome.output().isEmpty() ? "" : "\n" + outcome.output();
		if (outcome.failure().isPresent()) {
			logger.warn("Hook {}: {} {}; the server goes on{}", hook.name().label(), executable,
					outcome.failure().get(), output);
		}
		else if (!output.isEmpty()) {
			logger.info("Hook {}: {} has printed{}", hook.name().label(), executable, output);
		}
	}

	private static void skip(Hook hook, String reason) {
		logger.warn("Hook {} is left out with {}: {}", hook.name().label(), hook.variables(), reason);
	}

}
