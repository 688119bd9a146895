package io.prefork.spring.jetty;

import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Requests of a reactive application that take too long, on Jetty.
 */
class ReactiveJettyRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveJettyTestApplication.run(worker, properties);
	}

}
