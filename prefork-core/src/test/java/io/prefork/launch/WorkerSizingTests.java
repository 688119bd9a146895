package io.prefork.launch;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link WorkerSizing}.
 */
class WorkerSizingTests {

	private static final long MIB = 1L << 20;

	private static final long PLENTY = 1024 * 1024 * MIB;

	@ParameterizedTest
	@CsvSource({ "SYNC,1,3", "SYNC,2,5", "SYNC,64,64", "GTHREAD,1,2", "GTHREAD,2,2", "GTHREAD,8,8", "ASYNC,1,2",
			"REACTIVE,4,4", "REACTIVE,128,64" })
	void whenMemoryIsPlentyThenAutoFollowsTheFormula(WorkerType type, int cores, int workers) {
		assertThat(sizing(cores, PLENTY).workers(Optional.of("auto"), Map.of(), type).workers()).isEqualTo(workers);
	}

	@Test
	void whenAutoThenExplained() {
		assertThat(automatic(sizing(1, PLENTY), WorkerType.SYNC).explanation())
			.isEqualTo("workers: auto = 3 (2 x 1 cores + 1)");
		assertThat(automatic(sizing(1, PLENTY), WorkerType.GTHREAD).explanation())
			.isEqualTo("workers: auto = 2 (one per core, at least 2)");
		assertThat(automatic(sizing(2, 1024 * MIB), WorkerType.SYNC).explanation())
			.isEqualTo("workers: auto = 2 (2 x 2 cores + 1 = 5, but memory of 1.0 GiB allows 2)");
		assertThat(automatic(sizing(64, PLENTY), WorkerType.SYNC).explanation())
			.isEqualTo("workers: auto = 64 (2 x 64 cores + 1 = 129, but auto stops at 64)");
	}

	@ParameterizedTest
	@CsvSource({ "100,1", "543,1", "928,2", "1312,3" })
	void whenMemoryIsShortThenAutoStaysWithin(long mebibytes, int workers) {
		assertThat(automatic(sizing(8, mebibytes * MIB), WorkerType.SYNC).workers()).isEqualTo(workers);
	}

	@ParameterizedTest
	@CsvSource({ "-Xmx350m,2", "-XX:MaxHeapSize=98304k,5", "-XX:MaxRAMPercentage=50,1", "-Xmx9000000000000g,1",
			"-Xmx,3", "-Xmx999999999999999t,1" })
	void whenHeapIsChosenThenItCounts(String option, int workers) {
		assertThat(automatic(sizing(8, 1400 * MIB, option), WorkerType.SYNC).workers()).isEqualTo(workers);
	}

	@Test
	void whenHeapIsChosenTwiceThenTheLastCounts() {
		assertThat(automatic(sizing(8, 1400 * MIB, "-Xmx1m", "-XX:MaxRAMPercentage=1", "-Xmx350m"), WorkerType.SYNC)
			.workers()).isEqualTo(2);
	}

	@Test
	void whenMemoryIsUnknownThenItBoundsNothing() {
		WorkerSizing sizing = sizing(2, Long.MAX_VALUE);
		assertThat(automatic(sizing, WorkerType.SYNC).workers()).isEqualTo(5);
		assertThat(sizing.options(2, 0)).contains("-XX:MaxRAMPercentage=35.0");
	}

	@Test
	void whenNumberIsSetThenTaken() {
		assertThat(sizing(2, PLENTY).workers(Optional.of(" 512 "), Map.of("WEB_CONCURRENCY", "3"), WorkerType.SYNC))
			.isEqualTo(new WorkerCount(512, "workers: 512 (prefork.workers)"));
	}

	@Test
	void whenNumberIsTooMuchForMemoryThenTakenAndTold() {
		assertThat(sizing(2, 1024 * MIB).workers(Optional.of("4"), Map.of(), WorkerType.SYNC))
			.isEqualTo(new WorkerCount(4, "workers: 4 (prefork.workers), though memory of 1.0 GiB allows 2"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void whenSettingIsBlankThenEnvironmentCounts(String setting) {
		assertThat(sizing(2, PLENTY).workers(Optional.of(setting), Map.of("WEB_CONCURRENCY", "3"), WorkerType.SYNC))
			.isEqualTo(new WorkerCount(3, "workers: 3 (WEB_CONCURRENCY)"));
		assertThat(sizing(2, PLENTY).workers(Optional.empty(), Map.of("WEB_CONCURRENCY", setting), WorkerType.SYNC)
			.workers()).isEqualTo(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "513", "2.5", "four", "99999999999", "0x2" })
	void whenNumberIsBadThenRefused(String text) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> sizing(2, PLENTY).workers(Optional.of(text), Map.of(), WorkerType.SYNC))
			.withMessage("prefork.workers must be 'auto' or a whole number from 1 to 512, but is '" + text + "'");
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> sizing(2, PLENTY).workers(Optional.empty(), Map.of("WEB_CONCURRENCY", text), WorkerType.SYNC))
			.withMessageStartingWith("WEB_CONCURRENCY must be");
	}

	@ParameterizedTest
	@CsvSource({ "2,1,70.0,''", "2,2,35.0,-XX:+UseSerialGC", "2,5,14.0,-XX:+UseSerialGC",
			"8,2,35.0,-XX:ActiveProcessorCount=4", "8,3,23.3,-XX:ActiveProcessorCount=3",
			"8,5,14.0,-XX:ActiveProcessorCount=2 -XX:+UseSerialGC",
			"8,17,4.1,-XX:ActiveProcessorCount=2 -XX:+UseSerialGC",
			"8,512,0.1,-XX:ActiveProcessorCount=2 -XX:+UseSerialGC", "1,1,70.0,-XX:+UseSerialGC" })
	void whenNothingIsChosenThenTheMachineIsShared(int cores, int workers, String percentage, String others) {
		assertThat(String.join(" ", sizing(cores, PLENTY).options(workers, 0)))
			.isEqualTo(("-XX:MaxRAMPercentage=" + percentage + " " + others).strip());
	}

	@ParameterizedTest
	@CsvSource({ "1024,1,69.7", "1024,2,27.5", "1024,4,6.4", "16384,2,35.0" })
	void whenMemoryIsShortThenHeapsLeaveRoomForTheRest(long mebibytes, int workers, String percentage) {
		assertThat(sizing(2, mebibytes * MIB).options(workers, 0)).contains("-XX:MaxRAMPercentage=" + percentage);
	}

	@Test
	void whenThereAreSparesThenTheyHaveAShareOfTheMemoryAndNoneOfTheProcessors() {
		assertThat(sizing(4, 16 * 1024 * MIB).options(2, 2)).containsExactly("-XX:MaxRAMPercentage=17.5",
				"-XX:ActiveProcessorCount=2");
	}

	@ParameterizedTest
	@CsvSource({ "-Xmx256m,MaxRAMPercentage", "-XX:MaxHeapSize=256m,MaxRAMPercentage",
			"-XX:MaxRAMPercentage=20,MaxRAMPercentage", "-XX:MaxRAMFraction=4,MaxRAMPercentage",
			"-XX:+UseG1GC,UseSerialGC", "-XX:+UseZGC,UseSerialGC", "-XX:MaxGCPauseMillis=50,UseSerialGC",
			"-XX:G1HeapRegionSize=4m,UseSerialGC", "-XX:ActiveProcessorCount=8,ActiveProcessorCount" })
	void whenUserChoseThenThatIsLeftAlone(String option, String family) {
		assertThat(sizing(8, PLENTY).options(8, 0)).hasSize(3).anyMatch((given) -> given.contains(family));
		assertThat(sizing(8, PLENTY, option).options(8, 0)).hasSize(2).noneMatch((given) -> given.contains(family));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Xms256m", "-XX:MinRAMPercentage=50", "-XX:+UseStringDeduplication", "-XX:-UseG1GC",
			"-XX:+UseCompressedOops", "-XX:MaxMetaspaceSize=64m" })
	void whenUserChoseSomethingElseThenSharedAllTheSame(String option) {
		assertThat(sizing(8, PLENTY, option).options(8, 0)).hasSize(3);
	}

	private static WorkerCount automatic(WorkerSizing sizing, WorkerType type) {
		return sizing.workers(Optional.empty(), Map.of(), type);
	}

	private static WorkerSizing sizing(int cores, long memory, String... chosenOptions) {
		return new WorkerSizing(new Machine(cores, memory), List.of(chosenOptions));
	}

}
