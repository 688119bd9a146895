package sample.prefork.process;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.awaitility.Awaitility;
import sample.prefork.process.Load.Mode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Strict clients in all three modes at once, with and without a body, for as long as a
 * test does something to the pool.
 */
final class ThreeModes implements AutoCloseable {

	static final int CLIENTS = 8;

	private final Map<Mode, StrictClient> clients = new LinkedHashMap<>();

	private ThreeModes(SocketAddress address) {
		this.clients.put(Mode.KEEPALIVE, StrictClient.start(load(address, "/whoami").clients(3)));
		this.clients.put(Mode.CLOSE, StrictClient.start(load(address, "/whoami").clients(2).mode(Mode.CLOSE)));
		this.clients.put(Mode.MIXED,
				StrictClient.start(load(address, "/echo").clients(3).mode(Mode.MIXED).bodyLength(16 * 1024)));
	}

	/**
	 * The pause leaves processor time for workers that boot meanwhile.
	 */
	private static Load load(SocketAddress address, String path) {
		return Load.of(address, path).pause(Duration.ofMillis(15));
	}

	/**
	 * Starts the load and waits until all of it is being answered.
	 * @param address where to
	 * @return the running load
	 */
	static ThreeModes against(SocketAddress address) {
		ThreeModes load = new ThreeModes(address);
		load.awaitProgress();
		return load;
	}

	/**
	 * Waits until some hundred requests more are answered in each mode, so that whatever
	 * was done before meets traffic.
	 */
	void awaitProgress() {
		this.clients.forEach((mode, client) -> {
			long target = client.answered() + 100;
			Awaitility.await(mode + " load is answered")
				.atMost(Duration.ofSeconds(20))
				.until(() -> client.answered() >= target);
		});
	}

	Map<Mode, LoadResult> stop() {
		Map<Mode, LoadResult> results = new LinkedHashMap<>();
		this.clients.values().forEach(StrictClient::close);
		this.clients.forEach((mode, client) -> results.put(mode, client.stop()));
		return results;
	}

	/**
	 * Stops, and fails if a single request was lost in any mode.
	 */
	void stopAndAssertNothingLost() {
		stop()
			.forEach((mode, result) -> assertThat(result.lostTotal()).as("lost in mode %s: %s", mode, result).isZero());
	}

	@Override
	public void close() {
		this.clients.values().forEach(StrictClient::close);
	}

}
