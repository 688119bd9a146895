package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Optional;

import io.prefork.master.Handover;
import io.prefork.worker.WorkerSpec;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Where a run of the application becomes the master's, a worker's, or stays what it was.
 * It comes after Boot's own listener, so that application.yml, profiles and arguments are
 * resolved and logging is up. In the master it never returns.
 */
class PreforkRunListener implements SpringApplicationRunListener, Ordered {

	private final SpringApplication application;

	private final String[] arguments;

	private final @Nullable WorkerBootstrap worker;

	private Role role = Role.NESTED;

	PreforkRunListener(SpringApplication application, String[] arguments) {
		this.application = application;
		this.arguments = arguments;
		Optional<WorkerSpec> spec = WorkerSpec.fromSystemProperties();
		this.worker = spec.isPresent() ? WorkerBootstrap.of(spec.get()) : null;
	}

	@Override
	public int getOrder() {
		return 10;
	}

	@Override
	public void environmentPrepared(ConfigurableBootstrapContext bootstrapContext,
			ConfigurableEnvironment environment) {
		this.role = new RoleDetector(this.application, environment).detect();
		switch (this.role.kind()) {
			case MASTER -> System.exit(new MasterRun(this.application, this.arguments, environment).run());
			case WORKER -> {
				if (this.worker != null && this.worker.take()) {
					this.worker.environmentPrepared(this.application, environment);
				}
				else {
					this.role = Role.NESTED;
				}
			}
			case ORDINARY -> {
				refuseTrial(this.role);
				Log logger = LogFactory.getLog(PreforkRunListener.class);
				logger.info("The application runs as one ordinary process, without a pool: " + this.role.reason());
			}
			case NESTED -> {
			}
		}
	}

	/**
	 * A trial run for the upgrade of a master must not become the application.
	 */
	private static void refuseTrial(Role role) {
		if (Handover.trial(System.getenv()).isPresent()) {
			throw new IllegalStateException(
					"The master cannot become this: it would run as one ordinary process, without a pool: "
							+ role.reason());
		}
	}

	@Override
	public void contextPrepared(ConfigurableApplicationContext context) {
		if (this.worker != null && this.role.kind() == Role.Kind.WORKER) {
			this.worker.contextPrepared(context);
		}
	}

	@Override
	public void ready(ConfigurableApplicationContext context, @Nullable Duration timeTaken) {
		if (this.worker != null && this.role.kind() == Role.Kind.WORKER) {
			this.worker.ready(context);
		}
	}

	@Override
	public void failed(@Nullable ConfigurableApplicationContext context, Throwable exception) {
		if (this.worker != null) {
			this.worker.failed(exception, context);
		}
	}

}
