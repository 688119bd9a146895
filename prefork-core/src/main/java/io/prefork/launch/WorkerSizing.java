package io.prefork.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.prefork.worker.WorkerType;

/**
 * Shares a machine out among workers: how many there are, and how much each JVM may take,
 * since every JVM by itself believes that the machine is its own.
 * <p>
 * Whatever the user chose himself is left alone: an option is given only if none that
 * decides the same thing is among the chosen ones.
 *
 * @param machine the machine
 * @param chosenOptions the options that every worker has already, see
 * {@link WorkerCommands#chosenOptions()}
 */
public record WorkerSizing(Machine machine, List<String> chosenOptions) {

	private static final int MOST_AUTOMATIC = 64;

	private static final long MIB = 1024 * 1024;

	private static final long MASTER = 160 * MIB;

	private static final long OVERHEAD = 150 * MIB;

	private static final long LEAST_FOOTPRINT = 384 * MIB;

	private static final double MOST_HEAP_PERCENTAGE = 70;

	private static final double LEAST_HEAP_PERCENTAGE = 25;

	public WorkerSizing {
		chosenOptions = List.copyOf(chosenOptions);
	}

	/**
	 * The number of workers: {@code prefork.workers}, else {@code WEB_CONCURRENCY}, else
	 * {@code auto}; blank is as good as absent.
	 * <p>
	 * {@code auto} is {@code 2 x cores + 1} for {@code sync}, which needs a spare process
	 * for each that waits, and one per core, at least 2, for the others, whose threads
	 * wait instead; never more than 64, nor than fit into the memory beside 160 MiB for
	 * the master. A worker's size is its greatest heap plus 150 MiB if the user set that,
	 * else 384 MiB.
	 * @param setting {@code prefork.workers}
	 * @param environment environment variables
	 * @param type the worker class
	 * @return the number
	 * @throws IllegalArgumentException if the number is neither {@code auto} nor a whole
	 * number from 1 to 512; the message names the setting and the value
	 */
	public WorkerCount workers(Optional<String> setting, Map<String, String> environment, WorkerType type) {
		Optional<WorkerCount> set = parse("prefork.workers", setting, type);
		return set.or(() -> parse("WEB_CONCURRENCY", Optional.ofNullable(environment.get("WEB_CONCURRENCY")), type))
			.orElseGet(() -> automatic(type));
	}

	/**
	 * Options that give a worker its share.
	 * <p>
	 * Heap: 70 % of the memory, less where the master and the workers' own overhead would
	 * leave no room, divided by the workers. Processors: the serial collector as soon as
	 * a worker has fewer than two cores, since that alone made two workers on two cores
	 * faster than any lower {@code ActiveProcessorCount} (33.9k requests/s against 32.9k,
	 * and 27.7k by default). A worker's processors are divided too, but never below two:
	 * with one, a single pinned virtual thread would stop all others.
	 * @param workers number of workers that serve, at least 1
	 * @param spares number of spares, which take memory and no processors
	 * @return options of the JVM
	 */
	public List<String> options(int workers, int spares) {
		List<String> options = new ArrayList<>();
		if (!OptionFamily.HEAP.isSetIn(this.chosenOptions)) {
			options.add(String.format(Locale.ROOT, "-XX:MaxRAMPercentage=%.1f", heapPercentage(workers + spares)));
		}
		int cores = this.machine.processors();
		if (processors(workers) < cores) {
			options.add("-XX:ActiveProcessorCount=" + processors(workers));
		}
		if (cores < 2 * workers && !OptionFamily.COLLECTOR.isSetIn(this.chosenOptions)
				&& !OptionFamily.COLLECTOR_TUNING.isSetIn(this.chosenOptions)) {
			options.add("-XX:+UseSerialGC");
		}
		return List.copyOf(options);
	}

	/**
	 * The processors that a worker sees.
	 * @param workers number of workers, at least 1
	 * @return their number; that of the machine where it was chosen for the workers
	 */
	public int processors(int workers) {
		int cores = this.machine.processors();
		return OptionFamily.PROCESSORS.isSetIn(this.chosenOptions) ? cores
				: Math.min(cores, Math.max(2, (cores + workers - 1) / workers));
	}

	private double heapPercentage(int workers) {
		double memory = this.machine.memory();
		double room = 100 * (memory - MASTER - (double) workers * OVERHEAD) / memory;
		double all = Math.max(LEAST_HEAP_PERCENTAGE, Math.min(MOST_HEAP_PERCENTAGE, room));
		return Math.max(0.1, Math.floor(10 * all / workers) / 10);
	}

	private Optional<WorkerCount> parse(String name, Optional<String> value, WorkerType type) {
		return value.map(String::strip).filter((text) -> !text.isEmpty()).map((text) -> {
			if (text.equalsIgnoreCase("auto")) {
				return automatic(type);
			}
			int workers = text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
			if (workers < 1 || workers > WorkerCount.MOST) {
				throw new IllegalArgumentException(name + " must be 'auto' or a whole number from 1 to "
						+ WorkerCount.MOST + ", but is '" + text + "'");
			}
			String explanation = "workers: " + workers + " (" + name + ")";
			long room = room();
			return new WorkerCount(workers,
					(workers <= room) ? explanation : explanation + ", though " + memoryAllows(room));
		});
	}

	private WorkerCount automatic(WorkerType type) {
		int cores = this.machine.processors();
		int wanted = switch (type) {
			case SYNC -> 2 * cores + 1;
			case GTHREAD, ASYNC, REACTIVE, CUSTOM -> Math.max(2, cores);
		};
		String formula = switch (type) {
			case SYNC -> "2 x " + cores + " cores + 1";
			case GTHREAD, ASYNC, REACTIVE, CUSTOM -> "one per core, at least 2";
		};
		long room = room();
		int workers = (int) Math.min(Math.min(wanted, MOST_AUTOMATIC), room);
		if (workers == wanted) {
			return new WorkerCount(workers, "workers: auto = " + workers + " (" + formula + ")");
		}
		String bound = (workers < MOST_AUTOMATIC) ? memoryAllows(room) : "auto stops at " + MOST_AUTOMATIC;
		return new WorkerCount(workers,
				"workers: auto = " + workers + " (" + formula + " = " + wanted + ", but " + bound + ")");
	}

	private String memoryAllows(long room) {
		long memory = this.machine.memory();
		String size = (memory >= 1024 * MIB) ? String.format(Locale.ROOT, "%.1f GiB", memory / (1024.0 * MIB))
				: (memory / MIB) + " MiB";
		return "memory of " + size + " allows " + room;
	}

	private long room() {
		long memory = this.machine.memory();
		long footprint = HeapLimit.of(this.chosenOptions, memory)
			.map((heap) -> (heap < memory) ? heap + OVERHEAD : memory)
			.orElse(LEAST_FOOTPRINT);
		return Math.max(1, (memory - MASTER) / footprint);
	}

}
