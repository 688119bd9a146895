package io.prefork.worker;

/**
 * How a worker serves, known once its environment is prepared.
 *
 * @param settings the settings
 * @param gate whether it accepts
 * @param slowClients its clients that are slow
 * @param heartbeat what tells the master of it
 * @param siblings the other workers
 */
record Serving(WorkerSettings settings, AcceptGate gate, SlowClients slowClients, Heartbeat heartbeat,
		Siblings siblings) {
}
