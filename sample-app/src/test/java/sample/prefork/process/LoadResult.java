package sample.prefork.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import sample.prefork.process.LostRequestException.Cause;

/**
 * What became of the requests of a {@link StrictClient}.
 *
 * @param answered requests answered whole and with success
 * @param lost the others, by cause
 * @param losses a sentence on each of the first losses
 * @param lostAt when each was lost, as of {@link System#nanoTime()}
 * @param connections connections established
 * @param announcedCloses answers with {@code Connection: close}
 * @param bodies answers by body, bodies up to 80 bytes
 * @param latencies of the answered requests, ascending
 */
record LoadResult(long answered, Map<Cause, Long> lost, List<String> losses, List<Long> lostAt, long connections,
		long announcedCloses, Map<String, Long> bodies, List<Duration> latencies) {

	static LoadResult sum(Collection<LoadResult> parts) {
		Map<Cause, Long> lost = new TreeMap<>();
		Map<String, Long> bodies = new TreeMap<>();
		List<String> losses = new ArrayList<>();
		List<Long> lostAt = new ArrayList<>();
		List<Duration> latencies = new ArrayList<>();
		for (LoadResult part : parts) {
			part.lost.forEach((cause, count) -> lost.merge(cause, count, Long::sum));
			part.bodies.forEach((body, count) -> bodies.merge(body, count, Long::sum));
			losses.addAll(part.losses);
			lostAt.addAll(part.lostAt);
			latencies.addAll(part.latencies);
		}
		latencies.sort(null);
		return new LoadResult(parts.stream().mapToLong(LoadResult::answered).sum(), lost, losses, lostAt,
				parts.stream().mapToLong(LoadResult::connections).sum(),
				parts.stream().mapToLong(LoadResult::announcedCloses).sum(), bodies, latencies);
	}

	long lostTotal() {
		return this.lost.values().stream().mapToLong(Long::longValue).sum();
	}

	Duration latency(double quantile) {
		int index = (int) (quantile * this.latencies.size());
		return this.latencies.get(Math.min(index, this.latencies.size() - 1));
	}

	@Override
	public String toString() {
		return this.answered + " answered, lost " + this.lost + " " + this.losses + ", " + this.connections
				+ " connections, " + this.announcedCloses + " announced closes, bodies " + this.bodies
				+ (this.latencies.isEmpty() ? "" : ", p50 " + latency(0.5) + ", p95 " + latency(0.95));
	}

}
