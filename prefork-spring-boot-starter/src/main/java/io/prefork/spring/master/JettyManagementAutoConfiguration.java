package io.prefork.spring.master;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;

/**
 * Auto-configuration of Jetty as the server of the master's management port, where there
 * is no Tomcat. With both, Boot would have two beans of one name, and fail.
 */
@AutoConfiguration
@ConditionalOnClass(name = { "org.eclipse.jetty.server.Server",
		"org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration" })
@ConditionalOnMissingClass("org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration")
@ImportAutoConfiguration({ JettyServletWebServerAutoConfiguration.class,
		JettyServletManagementContextAutoConfiguration.class, JettyReactiveWebServerAutoConfiguration.class,
		JettyReactiveManagementContextAutoConfiguration.class })
public final class JettyManagementAutoConfiguration {

}
