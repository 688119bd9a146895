package io.prefork.spring.custom;

import org.apache.coyote.AbstractProtocol;

import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Lets Tomcat run requests on the executor of a worker class, after Boot has had its say.
 * What kept-alive connections and streams of HTTP/2 have to say is bounded here: Tomcat
 * hands it over as it comes.
 */
final class TomcatExecutorCustomizer implements WebServerFactoryCustomizer<TomcatWebServerFactory>, Ordered {

	private final CustomExecutor executor;

	TomcatExecutorCustomizer(CustomExecutor executor) {
		this.executor = executor;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 1;
	}

	@Override
	public void customize(TomcatWebServerFactory factory) {
		this.executor.getBounded().ifPresent((executor) -> factory.addProtocolHandlerCustomizers((handler) -> {
			if (handler instanceof AbstractProtocol<?> protocol) {
				protocol.setExecutor(executor);
			}
		}));
	}

}
