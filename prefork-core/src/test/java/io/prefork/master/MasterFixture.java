package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenOptions;
import io.prefork.pool.PoolPolicy;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerType;

/**
 * What the parts of a master need, with a shell script for a worker.
 */
final class MasterFixture implements WorkerLauncher, AutoCloseable {

	final FakeOperatingSystem os = new FakeOperatingSystem();

	final RunDirectory runDirectory;

	final MasterConfiguration configuration;

	volatile String script = "exec sleep 60";

	volatile WorkerSpec launched;

	MasterFixture(Path parent) throws IOException {
		this.runDirectory = RunDirectory.create(parent);
		ListenerSet listeners = ListenerSet.open(this.os,
				List.of(BindAddress.parse("0.0.0.0:80"), BindAddress.parse("unix:/run/app.sock")),
				new ListenOptions(128, false, Duration.ZERO));
		this.configuration = new MasterConfiguration(
				new PoolPolicy(1, 4, 1, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ZERO,
						Duration.ofSeconds(5), 0, 0, PoolPolicy.Backoff.DEFAULT),
				new WorkerSettings(WorkerType.GTHREAD, 8, 2, 100, Optional.empty(), Duration.ofSeconds(1),
						Duration.ofSeconds(5)),
				listeners, this.runDirectory, Optional.empty(), this);
	}

	@Override
	public Launch launch(WorkerSpec spec) {
		this.launched = spec;
		return new Launch(List.of("sh", "-c", this.script), Map.of("PATH", "/usr/bin:/bin"));
	}

	@Override
	public void prepare(int generation, Code code) {
		// Scripts have no code
	}

	@Override
	public void used(int generation) {
		// Scripts have no code
	}

	@Override
	public void close() throws IOException {
		this.os.close();
		this.runDirectory.close();
	}

}
