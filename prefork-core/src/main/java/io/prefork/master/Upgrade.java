package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
 * The upgrade of the master in place. First a trial run beside it, and the user's own
 * word; who asked is answered then. After that what does not survive is closed, the
 * workers are told to say no more, and when all have agreed, and everything that has
 * happened has been dealt with, the master leaves a record and becomes the new program.
 * If anything is in the way, it stays what it is, and says so.
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
	 * has left is looked into for some seconds; a hook may take longer.
	 */
	private static final Duration CALM = Duration.ofSeconds(15);

	private static final Duration RETRY = Duration.ofMillis(20);

	private static final long LOOP_SECONDS = 5;

	private final OperatingSystem os;

	private final Queue<Runnable> loop;

	private final WorkerProcesses processes;

	private final Estate estate;

	private final UpgradeTrial trial;

	private final AtomicBoolean underWay = new AtomicBoolean();

	/**
	 * Workers that were told to hold on, and have not agreed. The loop thread's, like the
	 * two below.
	 */
	private final Set<WorkerId> speaking = new HashSet<>();

	/**
	 * How long workers are to look for the master, while they are to hold on.
	 */
	private Optional<Duration> holding = Optional.empty();

	private Instant agreementUntil = Instant.MIN;

	private volatile String unrest = "";

	private volatile Optional<UpgradePlan> plan = Optional.empty();

	private volatile Consumer<Duration> beforehand = (patience) -> {
	};

	/**
	 * @param loop what is to be done by the loop
	 */
	Upgrade(OperatingSystem os, Queue<Runnable> loop, WorkerProcesses processes, Estate estate) {
		this.os = os;
		this.loop = loop;
		this.processes = processes;
		this.estate = estate;
		this.trial = new UpgradeTrial(os);
	}

	/**
	 * Has somebody told by the loop at the last moment, and how long it may take until
	 * the new program is up.
	 */
	void beforehand(Consumer<Duration> beforehand) {
		this.beforehand = beforehand;
	}

	/**
	 * The server ends, and with it a trial run.
	 */
	void end() {
		this.trial.end();
	}

	void plan(UpgradePlan plan) {
		this.plan = Optional.of(plan);
	}

	/**
	 * Begins an upgrade. Blocks for the trial run; not for the loop thread.
	 */
	UpgradeDocument begin() {
		UpgradePlan current = this.plan.orElseThrow(
				() -> new CommandRefusedException(false, "The master cannot be upgraded yet: it is still starting"));
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
		Optional<UpgradeTrial.Failure> failure = failure(plan);
		Duration took = Duration.ofMillis((System.nanoTime() - began) / 1_000_000);
		if (failure.isEmpty()) {
			logger.info("The trial run has succeeded after {} ms; the master replaces itself", took.toMillis());
			return new UpgradeDocument(UpgradeDocument.Status.STARTED, took, null, null);
		}
		logger.warn("The master is not upgraded and goes on: {}\n{}", failure.get().reason(), failure.get().output());
		return new UpgradeDocument(UpgradeDocument.Status.FAILED, took, PoolDocuments.bounded(failure.get().reason()),
				PoolDocuments.bounded(failure.get().output()));
	}

	private Optional<UpgradeTrial.Failure> failure(UpgradePlan plan) throws IOException {
		Handover.Trial record = new Handover.Trial(runDirectory().resolve(WorkerSpec.HANDOVER + ".trial"));
		try {
			record.clean();
			HandoverFile.write(record.file(), ask(this.estate::handover), plan.timeout());
			logger.info("The master is to be upgraded in place: a trial run of what it would be now begins");
			Optional<UpgradeTrial.Failure> failure = this.trial.run(plan, record);
			return failure.isPresent() ? failure : this.estate.veto();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MasterUnavailableException("Interrupted while waiting for the master");
		}
		finally {
			record.clean();
		}
	}

	private Path runDirectory() {
		return this.estate.runDirectory();
	}

	private void replace(UpgradePlan plan) {
		String obstacle = "it was interrupted";
		try {
			TimeUnit.NANOSECONDS.sleep(ANSWER.toNanos());
			rest(plan);
			silenceWorkers(plan.timeout());
			obstacle = attempt(plan);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | Error ex) {
			obstacle = ex.toString();
		}
		logger.error("The master could not replace itself and goes on as it was: {}", obstacle);
		this.loop.add(() -> {
			this.holding = Optional.empty();
			this.processes.tellAll(new Message.GoOn());
		});
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

	private void silenceWorkers(Duration timeout) {
		ask(() -> {
			this.holding = Optional.of(timeout);
			this.speaking.clear();
			this.processes.linked().forEach(this::linked);
			return true;
		});
	}

	/**
	 * A worker can be told something. For the loop thread.
	 */
	void linked(WorkerId worker) {
		this.holding.ifPresent((timeout) -> {
			this.speaking.add(worker);
			this.agreementUntil = MonotonicTime.now().plus(AGREEMENT);
			this.processes.tell(worker, new Message.HoldOn(timeout.toMillis()));
		});
	}

	/**
	 * A worker says no more, or is gone. For the loop thread.
	 */
	void silent(WorkerId worker) {
		this.speaking.remove(worker);
	}

	/**
	 * Becomes the new program as soon as nothing is half done.
	 * @return what is in the way
	 */
	private String attempt(UpgradePlan plan) throws InterruptedException {
		long began = System.nanoTime();
		Optional<String> obstacle = Optional.empty();
		while (obstacle.isEmpty() && System.nanoTime() - began < CALM.toNanos()) {
			obstacle = ask(() -> leave(plan));
			TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
		}
		return obstacle.orElse(this.unrest);
	}

	/**
	 * Whether nothing is half done. For the loop thread.
	 */
	private boolean isCalm() {
		Optional<String> found = this.estate.unrest();
		if (!this.speaking.isEmpty() && MonotonicTime.now().isBefore(this.agreementUntil)) {
			found = Optional.of("workers have not agreed");
		}
		else if (!this.loop.isEmpty()) {
			found = Optional.of("the master has something else to do");
		}
		found.ifPresent((clause) -> this.unrest = clause);
		return found.isEmpty();
	}

	/**
	 * Becomes the new program, if nothing is half done. For the loop thread.
	 * @return what is in the way for good, or empty
	 */
	private Optional<String> leave(UpgradePlan plan) {
		if (!isCalm()) {
			return Optional.empty();
		}
		if (!this.processes.holdReaping()) {
			this.unrest = "what a worker has ended of is being looked into";
			return Optional.empty();
		}
		Path file = runDirectory().resolve(WorkerSpec.HANDOVER);
		try {
			HandoverFile.write(file, this.estate.handover(), plan.timeout());
			this.beforehand.accept(plan.timeout());
			ControlServer.hide(runDirectory());
			this.os.succession()
				.replace(ProgramImage.current().with(WorkerSpec.HANDOVER_VARIABLE, file.toString()),
						this.estate.descriptors(), this::isCalm);
			return Optional.empty();
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
			ControlServer.show(runDirectory());
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			logger.error("New workers may not reach the master: {}", ex.toString());
		}
	}

	private <T> T ask(Supplier<T> question) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		this.loop.add(() -> {
			if (answer.isDone()) {
				return;
			}
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
			// Nobody is there any more to whom it matters.
			answer.cancel(false);
			throw new MasterUnavailableException("The master's loop has not answered within " + LOOP_SECONDS + " s");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MasterUnavailableException("Interrupted while waiting for the master");
		}
	}

}
