package io.prefork.spring.custom;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

import org.jspecify.annotations.Nullable;

/**
 * Gives an executor so many tasks at a time, and further ones in their order as those
 * end. Whoever has tasks run is never kept waiting.
 */
final class BoundedExecutor implements Executor {

	private final Executor delegate;

	private final int most;

	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private int running;

	private BoundedExecutor(Executor delegate, int most) {
		this.delegate = delegate;
		this.most = most;
	}

	/**
	 * Bounds an executor, unless it is a pool of no more threads.
	 */
	static Executor bound(Executor executor, int most) {
		return (executor instanceof ThreadPoolExecutor pool && pool.getMaximumPoolSize() <= most) ? executor
				: new BoundedExecutor(executor, most);
	}

	@Override
	public void execute(Runnable task) {
		synchronized (this) {
			if (this.running >= this.most) {
				this.waiting.add(task);
				return;
			}
			this.running++;
		}
		try {
			this.delegate.execute(() -> run(task));
		}
		catch (RuntimeException | Error ex) {
			run(passOn());
			throw ex;
		}
	}

	private void run(@Nullable Runnable task) {
		Runnable next = task;
		while (next != null) {
			try {
				next.run();
			}
			catch (RuntimeException | Error ex) {
				run(passOn());
				throw ex;
			}
			next = passOn();
		}
	}

	/**
	 * A task has ended: the next one is the executor's.
	 * @return the next one if the executor rejects it, whose giver cannot be told any
	 * more: to be run at once
	 */
	private @Nullable Runnable passOn() {
		Runnable next;
		synchronized (this) {
			next = this.waiting.poll();
			if (next == null) {
				this.running--;
				return null;
			}
		}
		try {
			this.delegate.execute(() -> run(next));
			return null;
		}
		catch (RejectedExecutionException ex) {
			return next;
		}
	}

}
