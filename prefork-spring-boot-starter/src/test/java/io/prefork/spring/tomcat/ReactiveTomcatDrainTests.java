package io.prefork.spring.tomcat;

import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link TomcatServerAdapter} under a reactive application.
 */
class ReactiveTomcatDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveTomcatTestApplication.run(worker, properties);
	}

}
