package io.prefork.pool;

import java.time.Duration;

/**
 * What is kept of a worker whose process is gone.
 *
 * @param worker the worker
 * @param pid its process id, 0 if it never had one
 * @param generation its generation
 * @param reached the furthest state it had reached by itself
 * @param cause why it is gone
 * @param age how long the process lived
 * @param requests requests it had answered when last seen
 * @param inFlight requests it held when last seen
 * @param evidence thread dump, empty if none was taken
 * @param found what was found after its end
 */
public record Obituary(WorkerId worker, int pid, int generation, WorkerState reached, ExitCause cause, Duration age,
		long requests, int inFlight, String evidence, Postmortem found) {
}
