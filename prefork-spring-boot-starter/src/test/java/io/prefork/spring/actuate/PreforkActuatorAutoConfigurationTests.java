package io.prefork.spring.actuate;

import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prefork.control.PoolControl;
import io.prefork.worker.HealthCheck;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;

import static org.assertj.core.api.Assertions.assertThat;

class PreforkActuatorAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, HealthContributorAutoConfiguration.class,
			HealthContributorRegistryAutoConfiguration.class, PreforkActuatorAutoConfiguration.class);

	private static final String EXPOSED = "management.endpoints.web.exposure.include=prefork";

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void whenEndpointIsNotExposedThenThereIsNone() {
		this.servlet.run((context) -> assertThat(context).doesNotHaveBean(PreforkEndpoint.class)
			.doesNotHaveBean(UnknownFieldsAdvisor.class)
			.doesNotHaveBean(RequestProblemExceptionResolver.class)
			.hasSingleBean(PreforkHealthIndicator.class));
	}

	@Test
	void whenAccessIsNotSetThenEndpointIsReadOnly() {
		this.servlet.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(methods(context)).containsExactlyInAnyOrder(WebEndpointHttpMethod.GET,
					WebEndpointHttpMethod.GET));
	}

	@Test
	void whenAccessIsUnrestrictedThenEndpointTakesCommands() {
		this.servlet.withPropertyValues(EXPOSED, "management.endpoint.prefork.access=UNRESTRICTED")
			.run((context) -> assertThat(methods(context)).containsExactlyInAnyOrder(WebEndpointHttpMethod.GET,
					WebEndpointHttpMethod.GET, WebEndpointHttpMethod.POST, WebEndpointHttpMethod.POST,
					WebEndpointHttpMethod.DELETE));
	}

	@Test
	void whenAccessIsCappedThenEndpointIsReadOnly() {
		this.servlet
			.withPropertyValues(EXPOSED, "management.endpoint.prefork.access=UNRESTRICTED",
					"management.endpoints.access.max-permitted=READ_ONLY")
			.run((context) -> assertThat(methods(context)).containsOnly(WebEndpointHttpMethod.GET));
	}

	@Test
	void whenAccessIsNoneThenThereIsNoEndpoint() {
		this.servlet.withPropertyValues(EXPOSED, "management.endpoint.prefork.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(PreforkEndpoint.class));
	}

	@Test
	void whenApplicationIsServletThenProblemsAreAnsweredThroughSpringMvc() {
		this.servlet.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(RequestProblemExceptionResolver.class)
				.doesNotHaveBean(RequestProblemWebExceptionHandler.class));
	}

	@Test
	void whenApplicationIsReactiveThenProblemsAreAnsweredThroughSpringWebFlux() {
		new ReactiveWebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(RequestProblemWebExceptionHandler.class)
				.doesNotHaveBean(RequestProblemExceptionResolver.class));
	}

	@Test
	void whenWebFrameworksAreMissingThenTheRestIsThere() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withClassLoader(new FilteredClassLoader(DispatcherServlet.class, DispatcherHandler.class))
			.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PreforkEndpoint.class)
				.hasSingleBean(PreforkHealthIndicator.class));
	}

	@Test
	void whenActuatorIsMissingThenNothingIsThere() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PreforkActuatorAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PreforkActuatorAutoConfiguration.class));
	}

	@Test
	void whenHealthIsMissingThenTheRestIsThere() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class,
					WebEndpointAutoConfiguration.class, PreforkActuatorAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PreforkEndpoint.class)
				.doesNotHaveBean(HealthCheck.class));
	}

	@Test
	void whenMicrometerIsMissingThenTheRestIsThere() {
		this.servlet.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PreforkEndpoint.class));
	}

	@Test
	void whenHealthIndicatorIsDisabledThenThereIsNone() {
		this.servlet.withPropertyValues("management.health.prefork.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PreforkHealthIndicator.class));
	}

	@Test
	void whenHealthIndicatorIsRegisteredThenItsNameIsPrefork() {
		this.servlet
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("prefork"))
				.isInstanceOf(HealthIndicator.class));
	}

	@Test
	void whenThereIsNoMeterRegistryThenThereAreNoMetrics() {
		this.servlet.run((context) -> assertThat(context).doesNotHaveBean(PreforkMetrics.class));
	}

	@Test
	void whenThereIsAMeterRegistryThenThereAreMetrics() {
		this.servlet.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasSingleBean(PreforkMetrics.class));
	}

	@Test
	void whenInfoContributorIsDisabledThenThereIsNone() {
		this.servlet.withPropertyValues("management.info.prefork.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PreforkInfoContributor.class));
	}

	@Test
	void whenProcessIsNotPartOfAPoolThenEveryCallSaysSo() {
		this.servlet.withPropertyValues(EXPOSED).run((context) -> {
			PreforkEndpoint endpoint = context.getBean(PreforkEndpoint.class);
			assertThat(List.of(endpoint.pool(), endpoint.worker("0"), endpoint.scale("many"),
					endpoint.command("sideways", null, null), endpoint.replace("0")))
				.allSatisfy((response) -> {
					assertThat(response.getStatus()).isEqualTo(404);
					assertThat(response.getBody()).containsEntry("error", "This process is not part of a pool.");
				});
		});
	}

	@Test
	void whenPoolControlAppearsThenEndpointUsesIt() {
		this.servlet.withPropertyValues(EXPOSED)
			.withBean(PoolControl.class, FakePoolControl::new)
			.run((context) -> assertThat(context.getBean(PreforkEndpoint.class).pool().getBody()).containsEntry("state",
					"RUNNING"));
	}

	private List<WebEndpointHttpMethod> methods(ApplicationContext context) {
		return context.getBean(WebEndpointsSupplier.class)
			.getEndpoints()
			.stream()
			.flatMap((endpoint) -> endpoint.getOperations().stream())
			.map((operation) -> operation.getRequestPredicate().getHttpMethod())
			.toList();
	}

}
