package io.prefork.spring.jetty;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import org.eclipse.jetty.server.ServerConnector;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jetty.JettyWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that lets an embedded Jetty accept from the listening sockets that a
 * worker inherits. Whether this process is a worker is looked at when the server is made
 * and not by a condition, which ahead-of-time processing would evaluate at build time.
 */
@AutoConfiguration
@ConditionalOnClass({ JettyWebServerFactory.class, ServerConnector.class })
public final class PreforkJettyAutoConfiguration {

	@Bean
	PreforkJettyWebServerFactoryCustomizer preforkJettyWebServerFactoryCustomizer() {
		return new PreforkJettyWebServerFactoryCustomizer(Worker::current, ListenerChannelSource::standard);
	}

}
