package io.prefork.spring.netty;

import reactor.netty.http.server.HttpServer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the master's own context, where the application is a reactive one
 * on Reactor Netty.
 */
@AutoConfiguration(before = NettyReactiveWebServerAutoConfiguration.class)
@ConditionalOnClass({ NettyReactiveWebServerFactory.class, HttpServer.class })
@ConditionalOnWebApplication(type = Type.REACTIVE)
public final class PreforkNettyMasterAutoConfiguration {

	@Bean
	MasterWebServerFactory preforkMasterWebServerFactory() {
		return new MasterWebServerFactory();
	}

}
