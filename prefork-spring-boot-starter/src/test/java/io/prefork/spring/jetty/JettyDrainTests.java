package io.prefork.spring.jetty;

import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link JettyServerAdapter}, of its way to leave.
 */
class JettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

}
