package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.List;

import io.prefork.worker.ServerAdapter;

/**
 * The connectors of a worker's Jetty, as a leaving worker sees them. WebSocket sessions
 * are closed each in its turn within the quiet period. An asynchronous request that has
 * no answer yet, or a stream of server-sent events, may end by itself until just before
 * the graceful timeout, and runs into its own timeout then. Other answers go on until the
 * graceful timeout.
 */
final class JettyServerAdapter implements ServerAdapter {

	private final WorkerServer server;

	private final List<PreforkConnector> connectors;

	JettyServerAdapter(WorkerServer server, List<PreforkConnector> connectors) {
		this.server = server;
		this.connectors = List.copyOf(connectors);
	}

	@Override
	public void stopAccepting() {
		this.connectors.forEach(PreforkConnector::stopAccepting);
	}

	@Override
	public void announceClose() {
		this.server.announceClose();
		this.connectors.forEach(PreforkConnector::sayGoAway);
	}

	@Override
	public int connections() {
		return this.connectors.stream().mapToInt(PreforkConnector::connections).sum();
	}

	@Override
	public void closeIdle(Duration quiet) {
		for (PreforkConnector connector : this.connectors) {
			// HTTP/2 connections that came about when close was announced
			connector.sayGoAway();
			connector.closeIdle(quiet);
		}
		if (this.server.isInLastMoments()) {
			this.server.suspended().forEach(Exchange::expire);
		}
		this.server.webSockets().close(quiet, this.server.closingSince());
	}

}
