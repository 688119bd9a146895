package io.prefork.master;

import java.util.Optional;

import io.prefork.pool.PoolPolicy;
import io.prefork.worker.WorkerSettings;

/**
 * What a master is made of.
 *
 * @param policy rules of the pool
 * @param settings how workers serve, for those who show it
 * @param listeners the open listeners; the master closes them
 * @param runDirectory the run directory; the master closes it
 * @param pidFile the process id file; the master closes it
 * @param launcher how a worker is started
 */
public record MasterConfiguration(PoolPolicy policy, WorkerSettings settings, ListenerSet listeners,
		RunDirectory runDirectory, Optional<PidFile> pidFile, WorkerLauncher launcher) {
}
