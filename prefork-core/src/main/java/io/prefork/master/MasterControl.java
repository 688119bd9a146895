package io.prefork.master;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.MasterUnavailableException;
import io.prefork.control.ObituaryDocument;
import io.prefork.control.PoolControl;
import io.prefork.control.PoolDocument;
import io.prefork.control.ReloadDocument;
import io.prefork.control.ScaleDocument;
import io.prefork.control.UpgradeDocument;
import io.prefork.control.WorkerDocument;
import io.prefork.pool.Answer;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;

/**
 * Shows and commands the pool from other threads of the master: commands become events of
 * the loop, answers come back by ticket.
 */
final class MasterControl implements PoolControl {

	private static final long ANSWER_SECONDS = 5;

	private final Consumer<Event> events;

	private final Supplier<CompletableFuture<Master.Snapshot>> snapshots;

	private final PoolDocuments documents;

	private final Supplier<UpgradeDocument> upgrade;

	private final AtomicLong tickets = new AtomicLong();

	private final Map<Long, CompletableFuture<Answer>> pending = new ConcurrentHashMap<>();

	private volatile boolean ended;

	MasterControl(Consumer<Event> events, Supplier<CompletableFuture<Master.Snapshot>> snapshots,
			PoolDocuments documents, Supplier<UpgradeDocument> upgrade) {
		this.events = events;
		this.snapshots = snapshots;
		this.documents = documents;
		this.upgrade = upgrade;
	}

	/**
	 * Gives an answer to whoever waits for it.
	 */
	void answer(long ticket, Answer answer) {
		CompletableFuture<Answer> future = this.pending.remove(ticket);
		if (future != null) {
			future.complete(answer);
		}
	}

	/**
	 * The master has ended: nobody will be answered any more.
	 */
	void ended() {
		this.ended = true;
		this.pending.values()
			.forEach(
					(future) -> future.completeExceptionally(new MasterUnavailableException("The server has stopped")));
	}

	@Override
	public PoolDocument pool() {
		Master.Snapshot snapshot = snapshot();
		return this.documents.pool(snapshot.view(), snapshot.countedByTheGone());
	}

	@Override
	public Optional<WorkerDocument> worker(String worker) {
		return this.documents.worker(snapshot().view(), worker);
	}

	@Override
	public ObituaryDocument.Listing obituaries() {
		return ObituaryDocuments.listing(snapshot().view());
	}

	@Override
	public ScaleDocument scaleTo(int workers) {
		return scaled((ticket) -> new Event.ScaleTo(ticket, workers));
	}

	@Override
	public ScaleDocument scaleBy(int by) {
		return scaled((ticket) -> new Event.ScaleBy(ticket, by));
	}

	@Override
	public ScaleDocument scaleAuto() {
		return scaled(Event.ScaleAuto::new);
	}

	private ScaleDocument scaled(LongFunction<Event> command) {
		Answer answer = await(submit(command), true);
		if (answer instanceof Answer.Scaled scaled) {
			return new ScaleDocument(scaled.previous(), scaled.workers(), (scaled.floor() > 0) ? scaled.floor() : null);
		}
		throw refusal(answer);
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		return rolledOut(Event.Reload::new, wait);
	}

	@Override
	public ReloadDocument rollback(boolean wait) {
		return rolledOut(Event.Rollback::new, wait);
	}

	private ReloadDocument rolledOut(LongFunction<Event> command, boolean wait) {
		CompletableFuture<Answer> answered = submit(command);
		int generation = snapshot().view().generation();
		if (!wait && !answered.isDone()) {
			return new ReloadDocument(ReloadDocument.Status.STARTED, generation, null, null, null);
		}
		Answer answer = await(answered, false);
		if (answer instanceof Answer.Reloaded reloaded) {
			return new ReloadDocument(ReloadDocument.Status.RELOADED, reloaded.generation(), reloaded.took(), null,
					null);
		}
		if (answer instanceof Answer.ReloadFailed failed) {
			return new ReloadDocument(ReloadDocument.Status.FAILED, snapshot().view().generation(), null,
					PoolDocuments.bounded(failed.reason()), PoolDocuments.bounded(failed.output()));
		}
		if (answer instanceof Answer.Refused refused) {
			return new ReloadDocument(ReloadDocument.Status.FAILED, snapshot().view().generation(), null,
					refused.reason(), null);
		}
		throw refusal(answer);
	}

	@Override
	public boolean replace(String worker) {
		Optional<PoolView.WorkerView> found = PoolDocuments.find(snapshot().view(), worker);
		if (found.isEmpty()) {
			return false;
		}
		Answer answer = await(submit((ticket) -> new Event.Replace(ticket, found.get().worker())), true);
		if (answer instanceof Answer.Refused) {
			throw refusal(answer);
		}
		return true;
	}

	@Override
	public UpgradeDocument upgrade() {
		if (this.ended) {
			throw new MasterUnavailableException("The server has stopped");
		}
		return this.upgrade.get();
	}

	private Master.Snapshot snapshot() {
		return await(this.snapshots.get(), true);
	}

	private CompletableFuture<Answer> submit(LongFunction<Event> command) {
		long ticket = this.tickets.incrementAndGet();
		CompletableFuture<Answer> future = new CompletableFuture<>();
		this.pending.put(ticket, future);
		if (this.ended) {
			this.pending.remove(ticket);
			throw new MasterUnavailableException("The server has stopped");
		}
		this.events.accept(command.apply(ticket));
		return future;
	}

	private static CommandRefusedException refusal(Answer answer) {
		return (answer instanceof Answer.Refused refused)
				? new CommandRefusedException(refused.invalid(), refused.reason())
				: new CommandRefusedException(false, "Unexpected answer " + answer);
	}

	private <T> T await(CompletableFuture<T> future, boolean bounded) {
		try {
			return bounded ? future.get(ANSWER_SECONDS, TimeUnit.SECONDS) : future.get();
		}
		catch (TimeoutException ex) {
			throw new MasterUnavailableException("The master's loop has not answered within " + ANSWER_SECONDS + " s");
		}
		catch (ExecutionException ex) {
			throw new MasterUnavailableException("The server has stopped");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MasterUnavailableException("Interrupted while waiting for the master");
		}
	}

}
