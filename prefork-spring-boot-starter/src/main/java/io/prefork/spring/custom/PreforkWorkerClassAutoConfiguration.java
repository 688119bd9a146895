package io.prefork.spring.custom;

import io.prefork.worker.Worker;
import org.apache.coyote.AbstractProtocol;
import org.eclipse.jetty.server.Server;

import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jetty.JettyWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for a {@link io.prefork.worker.WorkerClass} of the user's own.
 */
@AutoConfiguration
public final class PreforkWorkerClassAutoConfiguration {

	@Bean
	CustomExecutor preforkCustomExecutor(AutowireCapableBeanFactory beans, Environment environment) {
		return new CustomExecutor(Worker::current, beans, environment);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ TomcatWebServerFactory.class, AbstractProtocol.class })
	static class Tomcat {

		@Bean
		TomcatExecutorCustomizer preforkTomcatExecutorCustomizer(CustomExecutor executor) {
			return new TomcatExecutorCustomizer(executor);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ JettyWebServerFactory.class, Server.class })
	static class Jetty {

		@Bean
		JettyExecutorCustomizer preforkJettyExecutorCustomizer(CustomExecutor executor) {
			return new JettyExecutorCustomizer(executor);
		}

	}

}
