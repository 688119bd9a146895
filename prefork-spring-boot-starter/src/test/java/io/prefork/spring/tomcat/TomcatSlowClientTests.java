package io.prefork.spring.tomcat;

import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link TomcatConnection}, of what slow clients hold.
 */
class TomcatSlowClientTests extends SlowClientCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

}
