package sample.prefork.process;

import java.util.List;

import tools.jackson.databind.JsonNode;

/**
 * Answer of {@code GET /actuator/prefork}.
 *
 * @param json the answer
 */
record PoolStatus(JsonNode json) {

	String state() {
		return this.json.path("state").asString();
	}

	int generation() {
		return this.json.path("generation").asInt();
	}

	int target() {
		return count("target");
	}

	int accepting() {
		return count("accepting");
	}

	int busy() {
		return count("busy");
	}

	int lost() {
		return count("lost");
	}

	/**
	 * The reload or rollback under way, or how the last one ended.
	 * @return its fields
	 */
	JsonNode rollout() {
		return this.json.path("rollout");
	}

	/**
	 * Exits of one category so far.
	 * @param category the category in lower case
	 * @return how many
	 */
	long exits(String category) {
		return this.json.path("counters").path("exits").path(category).asLong(0);
	}

	List<Worker> workers() {
		return this.json.path("pool")
			.valueStream()
			.map((worker) -> new Worker(worker.path("slot").asInt(), worker.path("pid").asLong(),
					worker.path("generation").asInt(), worker.path("state").asString(), worker.path("busy").asInt()))
			.toList();
	}

	List<Long> pids() {
		return workers().stream().map(Worker::pid).toList();
	}

	/**
	 * Whether there are as many workers as wanted, all of them accepting. A reload that
	 * failed does not matter.
	 * @param workers how many are wanted
	 * @return whether nothing is on its way any more
	 */
	boolean settledAt(int workers) {
		return List.of("RUNNING", "FROZEN").contains(state()) && target() == workers && accepting() == workers
				&& workers().size() == workers;
	}

	private int count(String name) {
		return this.json.path("workers").path(name).asInt(-1);
	}

	/**
	 * One worker in brief.
	 *
	 * @param slot its slot
	 * @param pid its process id
	 * @param generation its generation
	 * @param state its state
	 * @param busy requests in flight
	 */
	record Worker(int slot, long pid, int generation, String state, int busy) {
	}

}
