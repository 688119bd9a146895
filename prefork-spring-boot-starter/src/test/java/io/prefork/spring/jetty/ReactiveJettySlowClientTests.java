package io.prefork.spring.jetty;

import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerType;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link JettyConnection}, of what slow clients hold under a reactive
 * application.
 */
class ReactiveJettySlowClientTests extends SlowClientCompatibilityKit {

	@Override
	protected boolean hosts(WorkerType type) {
		return true;
	}

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return ReactiveJettyTestApplication.run(worker, properties);
	}

}
