package io.prefork.master;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenOptions;
import io.prefork.os.MemoryGroup;
import io.prefork.pool.PoolPolicy;
import io.prefork.pool.RolloutPolicy;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerType;

/**
 * What the parts of a master need, with a shell script for a worker.
 */
final class MasterFixture implements AutoCloseable {

	final FakeOperatingSystem os = new FakeOperatingSystem();

	final RunDirectory runDirectory;

	final MasterConfiguration configuration;

	final Scoreboard scoreboard;

	final Postmortems postmortems;

	volatile String script = "exec sleep 60";

	volatile WorkerSpec launched;

	volatile Preparation preparation = (generation, code) -> {
	};

	final List<Integer> used = new CopyOnWriteArrayList<>();

	MasterFixture(Path parent) throws IOException {
		this.runDirectory = RunDirectory.create(parent);
		this.scoreboard = Scoreboard.create(this.runDirectory.path().resolve("board"), 10);
		this.postmortems = new Postmortems(this.scoreboard, MemoryGroup.current(), parent,
				System.getProperty("user.name"), OptionalLong.empty());
		ListenerSet listeners = ListenerSet.open(this.os,
				List.of(BindAddress.parse("0.0.0.0:80"), BindAddress.parse("unix:/run/app.sock")),
				new ListenOptions(128, false, Duration.ZERO));
		this.configuration = new MasterConfiguration(
				new PoolPolicy(1, 4, 1, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ZERO,
						Duration.ofSeconds(5), 0, 0, PoolPolicy.Backoff.DEFAULT,
						new RolloutPolicy(1, 0, Duration.ZERO, 5, false)),
				new WorkerSettings(WorkerType.GTHREAD, 8, 2, 100, Optional.empty(), Duration.ofSeconds(1),
						Duration.ofSeconds(5)),
				listeners, this.runDirectory, Optional.empty(), new Launcher());
	}

	/**
	 * Starts shells, of code that is ready unless a test says otherwise.
	 */
	private final class Launcher implements WorkerLauncher {

		@Override
		public Launch launch(WorkerSpec spec) {
			MasterFixture.this.launched = spec;
			return new Launch(List.of("sh", "-c", MasterFixture.this.script), Map.of("PATH", "/usr/bin:/bin"));
		}

		@Override
		public void prepare(int generation, Code code) throws IOException {
			try {
				MasterFixture.this.preparation.prepare(generation, code);
			}
			catch (InterruptedException ex) {
				throw new InterruptedIOException();
			}
		}

		@Override
		public Optional<String> code(int generation) {
			return Optional.of("code");
		}

		@Override
		public void resume(int generation, Optional<String> code) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void used(int generation) {
			MasterFixture.this.used.add(generation);
		}

	}

	/**
	 * How code is made ready.
	 */
	interface Preparation {

		void prepare(int generation, WorkerLauncher.Code code) throws IOException, InterruptedException;

	}

	@Override
	public void close() throws IOException {
		this.os.close();
		this.runDirectory.close();
	}

}
