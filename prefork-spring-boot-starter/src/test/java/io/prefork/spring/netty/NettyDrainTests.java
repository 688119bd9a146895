package io.prefork.spring.netty;

import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerType;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests for {@link NettyServerAdapter}, of its way to leave.
 */
class NettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

}
