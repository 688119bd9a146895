package io.prefork.master;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.LongStream;

import io.prefork.os.MemoryGroup;
import io.prefork.pool.ScalePolicy;
import io.prefork.pool.Surroundings;

/**
 * Looks at what an elastic pool wants to know besides its workers' heartbeats. Accept
 * queues are asked for at once, a system call each that does not block; the machine's
 * memory from time to time and away from the loop, since one that swaps takes its time to
 * tell; workers' memory is what was sampled last.
 */
final class Surveyor {

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private final ScalePolicy policy;

	private final ListenerSet listeners;

	private final Executor executor;

	private final Supplier<OptionalLong> machine;

	private Instant next = Instant.MIN;

	private volatile OptionalLong available = OptionalLong.empty();

	/**
	 * @param policy how many workers there are
	 * @param listeners whose accept queues to look at
	 * @param memory whose memory to look at
	 * @param executor where to look at memory
	 */
	Surveyor(ScalePolicy policy, ListenerSet listeners, MemoryGroup memory, Executor executor) {
		this(policy, listeners, executor, memory::available);
	}

	Surveyor(ScalePolicy policy, ListenerSet listeners, Executor executor, Supplier<OptionalLong> machine) {
		this.policy = policy;
		this.listeners = listeners;
		this.executor = executor;
		this.machine = machine;
	}

	/**
	 * What is seen, as far as anybody wants to know. For the loop.
	 * @param workers the workers' processes
	 */
	Surroundings look(WorkerProcesses workers, Instant now) {
		if (!this.policy.elastic()) {
			return Surroundings.UNKNOWN;
		}
		if (!now.isBefore(this.next)) {
			this.next = now.plus(INTERVAL);
			this.executor.execute(() -> this.available = this.machine.get());
		}
		long[] resident = workers.all().stream().mapToLong(WorkerProcess::resident).toArray();
		LongStream left = this.policy.memoryLimit()
			.stream()
			.map((limit) -> Math.max(0, limit - LongStream.of(resident).sum()));
		OptionalLong free = LongStream.concat(left, this.available.stream()).min();
		return new Surroundings(this.listeners.queued(), free,
				LongStream.of(resident).filter((bytes) -> bytes > 0).max());
	}

}
