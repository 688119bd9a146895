package io.prefork.pool;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * How rollouts ended.
 */
final class Verdicts {

	private final Map<RolloutView.Stage, Long> counts = new EnumMap<>(RolloutView.Stage.class);

	private @Nullable RolloutView last;

	Verdicts() {
		Stream.of(RolloutView.Stage.values())
			.filter(RolloutView.Stage::isEnd)
			.forEach((stage) -> this.counts.put(stage, 0L));
	}

	void add(RolloutView verdict) {
		this.last = verdict;
		this.counts.merge(verdict.stage(), 1L, Long::sum);
	}

	/**
	 * Adds to the last verdict what the worker that it blames has printed.
	 */
	void complete(String output) {
		if (this.last != null) {
			this.last = this.last.with(output);
		}
	}

	/**
	 * Goes on from what was before.
	 */
	void resume(Optional<RolloutView> last, Map<RolloutView.Stage, Long> counts) {
		this.last = last.orElse(null);
		this.counts.putAll(counts);
	}

	Optional<RolloutView> last() {
		return Optional.ofNullable(this.last);
	}

	/**
	 * Whether what serves is not what was last asked for.
	 */
	boolean frozen() {
		return this.last != null && this.last.stage() == RolloutView.Stage.FAILED;
	}

	Map<RolloutView.Stage, Long> counts() {
		return Collections.unmodifiableMap(new EnumMap<>(this.counts));
	}

}
