package sample.prefork.process;

import java.util.stream.Stream;

import org.junit.jupiter.params.provider.Arguments;

/**
 * Every worker class on Tomcat.
 */
class TomcatWorkerClassProcessTests extends WorkerClassTestSupport {

	static Stream<Arguments> cells() {
		return cells(Server.TOMCAT);
	}

}
