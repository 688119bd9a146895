package io.prefork.control;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One worker in full, as the endpoint shows it.
 *
 * @param worker the worker in brief
 * @param serial number of its spawn
 * @param accepted connections it has accepted
 * @param overflowed requests of kept-alive connections that it has begun although all its
 * slots were taken
 * @param errors requests it answered with a server error
 * @param slowClients connections it broke off because their clients were too slow
 * @param heapMax its largest possible heap in bytes, or {@code null} before the first
 * heartbeat
 * @param obituaries the last exits of processes in this slot, newest first
 */
public record WorkerDocument(PoolDocument.WorkerSummary worker, long serial, long accepted, long overflowed,
		long errors, long slowClients, @Nullable Long heapMax, List<ObituaryDocument> obituaries) {

	/**
	 * What is kept of a worker that is gone.
	 *
	 * @param slot its slot
	 * @param pid its process id
	 * @param generation its generation
	 * @param category category of its cause in lower case
	 * @param cause why it is gone, one clause
	 * @param age how long it lived
	 * @param requests requests it had answered when last seen
	 * @param inFlight requests it held when last seen
	 * @param evidence thread dump or last output, or {@code null}
	 */
	public record ObituaryDocument(int slot, long pid, int generation, String category, String cause, Duration age,
			long requests, int inFlight, @Nullable String evidence) {
	}

}
