package io.prefork.spring.tomcat;

import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Requests of a reactive application that take too long, on Tomcat.
 */
class ReactiveTomcatRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveTomcatTestApplication.run(worker, properties);
	}

	@Override
	protected boolean answersStreamsOfThreads() {
		return false;
	}

}
