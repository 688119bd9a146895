package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenOptions;
import io.prefork.os.MemoryGroup;
import io.prefork.pool.PoolPolicy;
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

	MasterFixture(Path parent) throws IOException {
		this.runDirectory = RunDirectory.create(parent);
		this.scoreboard = Scoreboard.create(this.runDirectory.path().resolve("board"), 10);
		this.postmortems = new Postmortems(this.scoreboard, MemoryGroup.current(), parent);
		ListenerSet listeners = ListenerSet.open(this.os,
				List.of(BindAddress.parse("0.0.0.0:80"), BindAddress.parse("unix:/run/app.sock")),
				new ListenOptions(128, false, Duration.ZERO));
		this.configuration = new MasterConfiguration(
				new PoolPolicy(1, 4, 1, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ZERO,
						Duration.ofSeconds(5), 0, 0, PoolPolicy.Backoff.DEFAULT),
				new WorkerSettings(WorkerType.GTHREAD, 8, 2, 100, Optional.empty(), Duration.ofSeconds(1),
						Duration.ofSeconds(5)),
				listeners, this.runDirectory, Optional.empty(), this::launch);
	}

	private WorkerLauncher.Launch launch(WorkerSpec spec) {
		this.launched = spec;
		return new WorkerLauncher.Launch(List.of("sh", "-c", this.script), Map.of("PATH", "/usr/bin:/bin"));
	}

	@Override
	public void close() throws IOException {
		this.os.close();
		this.runDirectory.close();
	}

}
