package io.prefork.spring.tomcat;

import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link TomcatServerAdapter}, of its way to leave.
 */
class TomcatDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

}
