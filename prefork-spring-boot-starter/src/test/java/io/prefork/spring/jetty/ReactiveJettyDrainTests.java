package io.prefork.spring.jetty;

import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link JettyServerAdapter} under a reactive application.
 */
class ReactiveJettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveJettyTestApplication.run(worker, properties);
	}

}
