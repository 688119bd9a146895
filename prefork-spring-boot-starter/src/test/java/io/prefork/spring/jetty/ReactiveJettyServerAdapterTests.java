package io.prefork.spring.jetty;

import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link JettyServerAdapter} under a reactive application.
 */
class ReactiveJettyServerAdapterTests extends ServerAdapterCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveJettyTestApplication.run(worker, properties);
	}

}
