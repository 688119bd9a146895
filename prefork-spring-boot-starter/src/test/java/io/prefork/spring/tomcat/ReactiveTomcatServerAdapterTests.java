package io.prefork.spring.tomcat;

import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link TomcatServerAdapter} under a reactive application.
 */
class ReactiveTomcatServerAdapterTests extends ServerAdapterCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveTomcatTestApplication.run(worker, properties);
	}

}
