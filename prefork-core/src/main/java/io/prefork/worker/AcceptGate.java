package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides when a worker may take a connection from the shared listener: when the gate is
 * open and a request slot is free. A connection that nobody takes stays in the kernel's
 * queue, where an idle sibling finds it at once; a connection that was taken waits for
 * this worker, however long that is.
 * <p>
 * The difficulty is that at the time of {@code accept} there is no request yet. A
 * connection that was just accepted therefore holds a {@link Claim} on a slot until its
 * first request begins (which then holds the slot), until it closes, or until it has not
 * managed to send a request while the worker has {@link Patience}: connections that are
 * idle, silent or slow hold no slot. From the first request on a connection holds a slot
 * while there is work for it, counted from the moment that its bytes are noticed, which
 * is before a thread is free to read them.
 * <p>
 * Hazards, and what is done about them:
 * <ul>
 * <li>An acceptor that is already inside {@code accept} cannot be called back when
 * kept-alive connections take the last slot, or when the gate closes. It brings in one
 * connection more than there are slots, at most one for each listener.</li>
 * <li>Kept-alive connections that queue for threads take a slot in the instant in which
 * it becomes free: without a rule, a worker that they saturate would never accept again,
 * and a client that just arrived would wait for ever. So a slot that is given back while
 * an acceptor waits is that acceptor's turn, even if the slot was taken again meanwhile.
 * A worker whose requests all hang gives no slot back and accepts nothing. Worker class
 * {@code sync} has no kept-alive connections and goes without the rule, which could bring
 * in a second request.</li>
 * <li>Counting must not need a lock: a request costs two atomic additions. The lock is
 * for acceptors and for whoever finds one waiting. An acceptor announces itself before it
 * looks at the count, and a request gives its slot back before it looks for an acceptor,
 * so that one of the two always sees the other.</li>
 * </ul>
 * Safe for use by any thread.
 */
public final class AcceptGate {

	private final int slots;

	private final boolean takingTurns;

	private final Patience patience;

	private final AtomicInteger taken = new AtomicInteger();

	private final LongAdder accepted = new LongAdder();

	private final LongAdder overflowed = new LongAdder();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Deque<Claim> arrivals = new ArrayDeque<>();

	private volatile boolean open;

	private volatile boolean shut;

	private volatile int waiting;

	private boolean turn;

	/**
	 * Makes a gate that is closed.
	 * @param settings how the worker serves
	 */
	public AcceptGate(WorkerSettings settings) {
		this(settings.slots(), settings.type() != WorkerType.SYNC, Patience.MOST);
	}

	AcceptGate(int slots, boolean takingTurns, Duration patience) {
		this.slots = slots;
		this.takingTurns = takingTurns;
		this.patience = new Patience(patience);
	}

	/**
	 * Lets acceptors through, as long as slots are free. Does nothing once the gate is
	 * {@linkplain #shut() shut}.
	 */
	public void open() {
		change(() -> this.open = true);
	}

	/**
	 * Holds acceptors back until the gate is opened again. One that is inside
	 * {@code accept} already may still bring in a connection.
	 */
	public void close() {
		change(() -> this.open = false);
	}

	/**
	 * Sends acceptors away for good.
	 */
	public void shut() {
		change(() -> this.shut = true);
	}

	private void change(Runnable change) {
		this.lock.lock();
		try {
			change.run();
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until a connection may be accepted. Called by an acceptor before each
	 * {@code accept}.
	 * @return whether to accept; {@code false} if the gate is shut
	 * @throws InterruptedException if the thread is interrupted
	 */
	public boolean await() throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			this.waiting++;
			while (!this.shut) {
				long untilNext = expireArrivals();
				if (this.open && (this.taken.get() < this.slots || this.turn)) {
					this.turn = false;
					return true;
				}
				if (untilNext > 0) {
					this.changed.awaitNanos(untilNext);
				}
				else {
					this.changed.await();
				}
			}
			return false;
		}
		finally {
			this.waiting--;
			if (this.waiting == 0) {
				this.turn = false;
			}
			this.lock.unlock();
		}
	}

	/**
	 * Claims whose time is over are found here and not by a timer: nobody but an acceptor
	 * needs to know.
	 * @return nanoseconds until the next claim expires, 0 if there is none
	 */
	private long expireArrivals() {
		Claim claim;
		while ((claim = this.arrivals.peek()) != null) {
			long left = this.patience.left(claim.since);
			if (left > 0 && claim.isArriving()) {
				return left;
			}
			this.arrivals.poll();
			if (claim.giveUp()) {
				this.patience.halve();
			}
		}
		return 0;
	}

	/**
	 * Takes note of a connection that {@code accept} returned.
	 * @return its claim, which holds a slot until its first request has begun
	 */
	public Claim accepted() {
		this.accepted.increment();
		Claim claim = new Claim(Claim.ARRIVING, System.nanoTime());
		this.lock.lock();
		try {
			// Wants memory: if there is none, no slot is taken
			this.arrivals.add(claim);
			this.taken.incrementAndGet();
		}
		finally {
			this.lock.unlock();
		}
		return claim;
	}

	/**
	 * Makes a claim that holds nothing yet, for one of the requests that share a
	 * connection.
	 * @return the claim
	 */
	public Claim claim() {
		return new Claim(0, 0);
	}

	Duration patience() {
		return this.patience.current();
	}

	private void giveBack(boolean turn) {
		this.taken.decrementAndGet();
		if (this.waiting > 0) {
			change(() -> this.turn |= turn && this.takingTurns);
		}
	}

	/**
	 * Connections accepted since the worker started.
	 * @return their number
	 */
	public long acceptedConnections() {
		return this.accepted.sum();
	}

	/**
	 * Work of connections that were accepted before which began although all slots were
	 * taken.
	 * @return how often that happened since the worker started
	 */
	public long overflowed() {
		return this.overflowed.sum();
	}

	/**
	 * Whether no slot is free.
	 * @return whether a new connection would have to wait
	 */
	public boolean isFull() {
		return this.taken.get() >= this.slots;
	}

	/**
	 * Whether the connection of a request that is being answered is better off elsewhere.
	 * @return whether no slot is free; if there is only one, which that request holds,
	 * whether another wants it too
	 */
	public boolean isFullToKeptAlive() {
		return this.taken.get() >= Math.max(this.slots, 2);
	}

	/**
	 * Slots that requests and connections just accepted hold.
	 * @return their number, which may exceed {@link #slots()}
	 */
	public int taken() {
		return this.taken.get();
	}

	/**
	 * Requests that the worker serves at a time.
	 * @return the number of slots, at least 1
	 */
	public int slots() {
		return this.slots;
	}

	/**
	 * Whether acceptors are let through when a slot is free.
	 * @return whether the gate is open
	 */
	public boolean isOpen() {
		return this.open && !this.shut;
	}

	/**
	 * What one connection, or one of the requests that share a connection, holds: one
	 * slot or none.
	 */
	public final class Claim {

		private static final int ARRIVING = 1 << 30;

		private static final int CLOSED = -1;

		// The flag ARRIVING plus the number of nested occupations; CLOSED at last.
		private final AtomicInteger state;

		private final long since;

		private volatile boolean givenUp;

		private Claim(int state, long since) {
			this.state = new AtomicInteger(state);
			this.since = since;
		}

		/**
		 * There is work to do: holds a slot until {@link #vacate()} has been called as
		 * often as this.
		 */
		public void occupy() {
			int before = this.state.getAndUpdate((state) -> (state != CLOSED) ? state + 1 : CLOSED);
			if (before == 0 && AcceptGate.this.taken.incrementAndGet() > AcceptGate.this.slots) {
				AcceptGate.this.overflowed.increment();
			}
		}

		/**
		 * The work announced by {@link #occupy()} is done.
		 */
		public void vacate() {
			int before = this.state.getAndUpdate((state) -> (state != CLOSED) ? state - 1 : CLOSED);
			if (before == 1) {
				giveBack(true);
			}
		}

		/**
		 * The first request has begun: nothing is held any more on the ground that the
		 * connection is new.
		 */
		public void settle() {
			if (isArriving()) {
				if (arrived() > ARRIVING) {
					AcceptGate.this.patience.grow();
				}
			}
			else if (this.givenUp) {
				this.givenUp = false;
				AcceptGate.this.patience.regret(this.since);
			}
		}

		/**
		 * The patience is at its end.
		 * @return whether nothing that has come waits to be looked at
		 */
		private boolean giveUp() {
			boolean silent = arrived() == ARRIVING;
			this.givenUp = silent;
			return silent;
		}

		private int arrived() {
			int before = this.state.getAndUpdate((state) -> (state != CLOSED) ? state & ~ARRIVING : CLOSED);
			if (before == ARRIVING) {
				giveBack(false);
			}
			return before;
		}

		/**
		 * The connection is closed: nothing is held any more.
		 */
		public void close() {
			int before = this.state.getAndSet(CLOSED);
			if (before > 0) {
				giveBack((before & ~ARRIVING) != 0);
			}
		}

		/**
		 * Whether there is work to do.
		 * @return whether {@link #occupy()} was called more often than {@link #vacate()}
		 */
		public boolean isOccupied() {
			int state = this.state.get();
			return state != CLOSED && (state & ~ARRIVING) != 0;
		}

		private boolean isArriving() {
			int state = this.state.get();
			return state != CLOSED && (state & ARRIVING) != 0;
		}

	}

}
