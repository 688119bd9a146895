package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.ControlServer;
import io.prefork.control.MasterUnavailableException;
import io.prefork.control.Message;
import io.prefork.control.UpgradeDocument;
import io.prefork.os.OperatingSystem;
import io.prefork.os.ProgramImage;
import io.prefork.pool.WorkerId;
import io.prefork.worker.WorkerSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upgrade of the master in place. First a trial run beside it; who asked is answered
 * then. After that what does not survive is closed, the workers are told to say no more,
 * and when all have agreed, and everything that has happened has been dealt with, the
 * master leaves a record and becomes the new program. If anything is in the way, it stays
 * what it is, and says so.
 */
final class Upgrade {

	private static final Logger logger = LoggerFactory.getLogger(Upgrade.class);

	/**
	 * In which the answer leaves.
	 */
	private static final Duration ANSWER = Duration.ofMillis(250);

	/**
	 * For workers to agree: one that is stopped cannot.
	 */
	private static final Duration AGREEMENT = Duration.ofSeconds(2);

	/**
	 * For the loop to come to a moment at which nothing is half done. What a dead worker
	 * has left is looked into for some seconds.
	 */
	private static final Duration CALM = Duration.ofSeconds(15);

	private static final Duration RETRY = Duration.ofMillis(20);

	private static final long LOOP_SECONDS = 5;

	private final OperatingSystem os;

	private final ScheduledExecutorService timer;

	private final Queue<Runnable> loop;

	private final WorkerProcesses processes;

	private final Estate estate;

	private final Path runDirectory;

	private final AtomicBoolean underWay = new AtomicBoolean();

	private final Set<WorkerId> speaking = ConcurrentHashMap.newKeySet();

	private volatile Optional<UpgradePlan> plan = Optional.empty();

	private volatile Runnable beforehand = () -> {
	};

	/**
	 * @param loop what is to be done by the loop
	 */
	Upgrade(OperatingSystem os, ScheduledExecutorService timer, Queue<Runnable> loop, WorkerProcesses processes,
			Estate estate, Path runDirectory) {
		this.os = os;
		this.timer = timer;
		this.loop = loop;
		this.processes = processes;
		this.estate = estate;
		this.runDirectory = runDirectory;
	}

	/**
	 * Has something done by the loop at the last moment.
	 */
	void beforehand(Runnable beforehand) {
		this.beforehand = beforehand;
	}

	void plan(UpgradePlan plan) {
		this.plan = Optional.of(plan);
	}

	/**
	 * Begins an upgrade. Blocks for the trial run; not for the loop thread.
	 */
	UpgradeDocument begin() {
		UpgradePlan current = this.plan
			.orElseThrow(() -> new CommandRefusedException(false, "This master cannot be upgraded in place"));
		if (!this.underWay.compareAndSet(false, true)) {
			throw new CommandRefusedException(false, "An upgrade of the master is under way");
		}
		boolean begun = false;
		try {
			UpgradeDocument document = tryOut(current);
			begun = document.status() == UpgradeDocument.Status.STARTED;
			if (begun) {
				Master.daemon("prefork-upgrade", () -> replace(current)).start();
			}
			return document;
		}
		catch (IOException ex) {
			throw new CommandRefusedException(false, "The master cannot be upgraded: " + ex.getMessage());
		}
		finally {
			if (!begun) {
				this.underWay.set(false);
			}
		}
	}

	private UpgradeDocument tryOut(UpgradePlan plan) throws IOException {
		long began = System.nanoTime();
		Handover.Trial trial = new Handover.Trial(this.runDirectory.resolve(WorkerSpec.HANDOVER + ".trial"));
		try {
			trial.clean();
			HandoverFile.write(trial.file(), ask(this.estate::handover));
			logger.info("The master is to be upgraded in place: a trial run of what it would be now begins");
			Optional<UpgradeTrial.Failure> failure = new UpgradeTrial(this.os, this.timer).run(plan, trial);
			Duration took = Duration.ofMillis((System.nanoTime() - began) / 1_000_000);
			if (failure.isEmpty()) {
				logger.info("The trial run has succeeded after {} ms; the master replaces itself", took.toMillis());
				return new UpgradeDocument(UpgradeDocument.Status.STARTED, took, null, null);
			}
			logger.warn("The master is not upgraded and goes on: {}\n{}", failure.get().reason(),
					failure.get().output());
			return new UpgradeDocument(UpgradeDocument.Status.FAILED, took,
					PoolDocuments.bounded(failure.get().reason()), PoolDocuments.bounded(failure.get().output()));
		}
		finally {
			trial.clean();
		}
	}

	private void replace(UpgradePlan plan) {
		String obstacle = "it was interrupted";
		try {
			TimeUnit.NANOSECONDS.sleep(ANSWER.toNanos());
			rest(plan);
			silenceWorkers(plan.timeout());
			obstacle = attempt();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | Error ex) {
			obstacle = ex.toString();
		}
		logger.error("The master could not replace itself and goes on as it was: {}", obstacle);
		this.loop.add(() -> this.processes.tellAll(new Message.GoOn()));
		plan.resume();
		this.underWay.set(false);
	}

	/**
	 * A jar that was overwritten in place lacks classes, and an upgrade is what helps.
	 */
	private static void rest(UpgradePlan plan) {
		try {
			plan.rest();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("What the upgrade does not carry over could not be closed in an orderly way: {}",
					ex.toString());
		}
	}

	private void silenceWorkers(Duration timeout) throws InterruptedException {
		ask(() -> {
			this.speaking.clear();
			this.speaking.addAll(this.processes.linked());
			this.processes.tellAll(new Message.HoldOn(timeout.toMillis()));
			return true;
		});
		long began = System.nanoTime();
		while (!this.speaking.isEmpty() && System.nanoTime() - began < AGREEMENT.toNanos()) {
			TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
		}
	}

	/**
	 * A worker says no more, or is gone.
	 */
	void silent(WorkerId worker) {
		this.speaking.remove(worker);
	}

	/**
	 * Becomes the new program as soon as nothing is half done.
	 * @return what is in the way
	 */
	private String attempt() throws InterruptedException {
		long began = System.nanoTime();
		Optional<String> obstacle = Optional.empty();
		while (obstacle.isEmpty() && System.nanoTime() - began < CALM.toNanos()) {
			obstacle = ask(this::leave);
			TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
		}
		return obstacle.orElse("workers that have ended are still being looked into");
	}

	/**
	 * Becomes the new program, if nothing is half done. For the loop thread.
	 * @return what is in the way for good, or empty
	 */
	private Optional<String> leave() {
		if (!this.loop.isEmpty() || !this.processes.holdReaping()) {
			return Optional.empty();
		}
		Path file = this.runDirectory.resolve(WorkerSpec.HANDOVER);
		try {
			HandoverFile.write(file, this.estate.handover());
			this.beforehand.run();
			ControlServer.hide(this.runDirectory);
			this.os.succession()
				.replace(ProgramImage.current().with(WorkerSpec.HANDOVER_VARIABLE, file.toString()),
						this.estate.descriptors());
			return Optional.of("nothing came of it");
		}
		catch (CommandRefusedException | IOException ex) {
			return Optional.of(String.valueOf(ex.getMessage()));
		}
		finally {
			takeBack(file);
			this.processes.goOnReaping();
		}
	}

	private void takeBack(Path file) {
		try {
			ControlServer.show(this.runDirectory);
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			logger.error("New workers may not reach the master: {}", ex.toString());
		}
	}

	private <T> T ask(Supplier<T> question) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		this.loop.add(() -> {
			try {
				answer.complete(question.get());
			}
			catch (RuntimeException | Error ex) {
				answer.completeExceptionally(ex);
			}
		});
		try {
			return answer.get(LOOP_SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new IllegalStateException(ex);
		}
		catch (TimeoutException ex) {
			throw new MasterUnavailableException("The master's loop has not answered within " + LOOP_SECONDS + " s");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MasterUnavailableException("Interrupted while waiting for the master");
		}
	}

}
