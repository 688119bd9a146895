package io.prefork.spring.tomcat;

import io.prefork.spring.StubWorker;
import io.prefork.spring.SyncCompatibilityKit;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link UnpolledEndpoint}.
 */
class TomcatSyncTests extends SyncCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

	@Override
	protected String poolThread() {
		return "http-nio-8080-exec-0";
	}

}
