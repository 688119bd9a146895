package io.prefork.spring.netty;

import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerType;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Requests that take too long, on Reactor Netty.
 */
class NettyRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

}
