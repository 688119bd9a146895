package io.prefork.control;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One worker in full, as the endpoint shows it: one that lives, or one that is gone and
 * of which an obituary is kept; then nothing but that is known.
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
 * @param obituaries the last exits of processes in this slot, newest first; of a worker
 * that is gone and was named by its pid, its own
 */
public record WorkerDocument(PoolDocument.WorkerSummary worker, long serial, @Nullable Long accepted,
		@Nullable Long overflowed, @Nullable Long errors, @Nullable Long slowClients, @Nullable Long heapMax,
		List<ObituaryDocument.Full> obituaries) {
}
