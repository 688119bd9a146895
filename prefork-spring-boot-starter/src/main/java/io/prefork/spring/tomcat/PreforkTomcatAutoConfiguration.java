package io.prefork.spring.tomcat;

import io.prefork.spring.listen.ListenerChannelSource;
import io.prefork.worker.Worker;
import org.apache.coyote.http11.Http11NioProtocol;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that lets an embedded Tomcat accept from the listening sockets that
 * a worker inherits. Whether this process is a worker is looked at when the server is
 * made and not by a condition, which ahead-of-time processing would evaluate at build
 * time.
 */
@AutoConfiguration
@ConditionalOnClass({ TomcatWebServerFactory.class, Http11NioProtocol.class })
public final class PreforkTomcatAutoConfiguration {

	@Bean
	PreforkTomcatWebServerFactoryCustomizer preforkTomcatWebServerFactoryCustomizer() {
		return new PreforkTomcatWebServerFactoryCustomizer(Worker::current, ListenerChannelSource::standard);
	}

}
