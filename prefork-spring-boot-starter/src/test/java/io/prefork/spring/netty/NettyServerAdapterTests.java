package io.prefork.spring.netty;

import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerType;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link NettyServerAdapter} and all that makes it.
 */
class NettyServerAdapterTests extends ServerAdapterCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

}
