package io.prefork.spring.jetty;

import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link JettyConnection}, of what slow clients hold under a reactive
 * application.
 */
class ReactiveJettySlowClientTests extends SlowClientCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveJettyTestApplication.run(worker, properties);
	}

}
