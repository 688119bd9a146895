package sample.prefork.process;

import java.util.stream.Stream;

import org.junit.jupiter.params.provider.Arguments;

/**
 * Event loops, on every server of a WebFlux application.
 */
class ReactiveWorkerClassProcessTests extends WorkerClassTestSupport {

	static Stream<Arguments> cells() {
		return cells(Server.REACTOR_NETTY, Server.REACTIVE_TOMCAT, Server.REACTIVE_JETTY);
	}

}
