package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

import io.prefork.os.Signal;
import io.prefork.pool.ScalePolicy;
import io.prefork.pool.Surroundings;
import io.prefork.pool.WorkerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class SurveyorTests {

	private static final long MACHINE = 1L << 40;

	private static final Instant NOW = Instant.EPOCH;

	@TempDir
	private Path parent;

	private MasterFixture fixture;

	private WorkerProcesses workers;

	private int looks;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.workers = new WorkerProcesses(this.fixture.os, this.fixture.configuration, this.fixture.postmortems,
				(event) -> {
				});
		this.fixture.os.listeners.get(0).queued = 5;
	}

	@AfterEach
	void close() throws IOException {
		this.fixture.close();
	}

	@Test
	void whenThePoolIsNotElasticThenNothingIsLookedAt() {
		Surveyor surveyor = surveyor(ScalePolicy.fixed(4));
		assertThat(surveyor.look(this.workers, NOW)).isEqualTo(Surroundings.UNKNOWN);
		assertThat(this.looks).isZero();
	}

	@Test
	void whenThePoolIsElasticThenQueuesAreReadAtOnceAndMemoryFromTimeToTime() {
		Surveyor surveyor = surveyor(elastic(OptionalLong.empty()));
		assertThat(surveyor.look(this.workers, NOW))
			.isEqualTo(new Surroundings(5, OptionalLong.of(MACHINE), OptionalLong.empty()));
		this.fixture.os.listeners.get(0).queued = 7;
		assertThat(surveyor.look(this.workers, NOW.plusSeconds(4)).queued()).isEqualTo(7);
		assertThat(this.looks).isOne();
		surveyor.look(this.workers, NOW.plusSeconds(5));
		assertThat(this.looks).isEqualTo(2);
	}

	@Test
	void whenThereIsALimitThenWhatWorkersHaveIsTakenFromIt() throws IOException {
		WorkerId worker = new WorkerId(0, 1);
		this.workers.spawn(worker, 1);
		this.fixture.postmortems.sample(this.workers.all(), NOW);
		try {
			long limit = 1L << 30;
			Surroundings seen = surveyor(elastic(OptionalLong.of(limit))).look(this.workers, NOW);
			assertThat(seen.workerMemory().getAsLong()).isPositive().isLessThan(limit);
			assertThat(seen.freeMemory()).hasValue(limit - seen.workerMemory().getAsLong());
			assertThat(surveyor(elastic(OptionalLong.of(1))).look(this.workers, NOW).freeMemory()).hasValue(0);
		}
		finally {
			this.workers.kill(worker, Signal.KILL);
		}
	}

	private Surveyor surveyor(ScalePolicy policy) {
		return new Surveyor(policy, this.fixture.configuration.listeners(), Runnable::run, () -> {
			this.looks++;
			return OptionalLong.of(MACHINE);
		});
	}

	private static ScalePolicy elastic(OptionalLong memoryLimit) {
		return new ScalePolicy(new ScalePolicy.Spare(1, 2), 1, 4, 8, Duration.ofSeconds(10), memoryLimit);
	}

}
