package sample.prefork.process;

import java.util.stream.Stream;

import org.junit.jupiter.params.provider.Arguments;

/**
 * Every worker class on Jetty.
 */
class JettyWorkerClassProcessTests extends WorkerClassTestSupport {

	static Stream<Arguments> cells() {
		return cells(Server.JETTY);
	}

}
