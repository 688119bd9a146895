package io.prefork.spring.netty;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Auto-configuration that lets an embedded Reactor Netty accept from the listening
 * sockets that a worker inherits. Whether this process is a worker is looked at when the
 * server is made and not by a condition, which ahead-of-time processing would evaluate at
 * build time.
 */
@AutoConfiguration
@ConditionalOnClass({ NettyReactiveWebServerFactory.class, HttpServer.class })
public final class PreforkNettyAutoConfiguration {

	@Bean
	PreforkNettyWebServerFactoryCustomizer preforkNettyWebServerFactoryCustomizer(
			ObjectProvider<ReactorResourceFactory> resources) {
		return new PreforkNettyWebServerFactoryCustomizer(Worker::current, ListenerChannelSource::standard, resources);
	}

}
