package io.prefork.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.prefork.control.PoolControl;
import io.prefork.worker.HealthCheck;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Auto-configuration of the pool's actuator endpoint, health, info and meters. The beans
 * are there in every process, because ahead-of-time processing settles conditions before
 * the role of a process is known; they ask for the {@link PoolControl} when they are
 * used.
 */
@AutoConfiguration(
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(InfoContributor.class)
public final class PreforkActuatorAutoConfiguration {

	@Bean
	PoolSnapshot preforkPoolSnapshot(ObjectProvider<PoolControl> control) {
		return new PoolSnapshot(control, System::nanoTime);
	}

	@Bean
	@ConditionalOnEnabledInfoContributor(value = "prefork", fallback = InfoContributorFallback.USE_DEFAULTS_PROPERTY)
	PreforkInfoContributor preforkInfoContributor(PoolSnapshot snapshot) {
		return new PreforkInfoContributor(snapshot, ProcessHandle.current().pid());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(endpoint = PreforkEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean
		PreforkEndpoint preforkEndpoint(ObjectProvider<PoolControl> control) {
			return new PreforkEndpoint(control);
		}

		@Bean
		static UnknownFieldsAdvisor preforkUnknownFieldsAdvisor() {
			return new UnknownFieldsAdvisor();
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnWebApplication(type = Type.SERVLET)
		@ConditionalOnClass(DispatcherServlet.class)
		static class ServletConfiguration {

			@Bean
			RequestProblemExceptionResolver preforkRequestProblemExceptionResolver(PathMappedEndpoints endpoints) {
				return new RequestProblemExceptionResolver(endpoints);
			}

		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnWebApplication(type = Type.REACTIVE)
		@ConditionalOnClass(WebExceptionHandler.class)
		static class ReactiveConfiguration {

			@Bean
			RequestProblemWebExceptionHandler preforkRequestProblemWebExceptionHandler(PathMappedEndpoints endpoints) {
				return new RequestProblemWebExceptionHandler(endpoints);
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthIndicator.class)
	static class HealthConfiguration {

		@Bean
		@ConditionalOnEnabledHealthIndicator("prefork")
		PreforkHealthIndicator preforkHealthIndicator(PoolSnapshot snapshot) {
			return new PreforkHealthIndicator(snapshot);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthEndpoint.class)
	static class RolloutHealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(HealthCheck.class)
		RolloutHealth preforkRolloutHealth(ObjectProvider<HealthEndpoint> endpoint, Environment environment) {
			return new RolloutHealth(endpoint, environment.getProperty(RolloutHealth.GROUP));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class MetricsConfiguration {

		@Bean
		PreforkMetrics preforkMetrics(PoolSnapshot snapshot) {
			return new PreforkMetrics(snapshot);
		}

	}

}
