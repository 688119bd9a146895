package io.prefork.spring.actuate;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.worker.HealthCheck;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the first worker of a rollout says of its health.
 */
class RolloutHealthTests {

	private final WebApplicationContextRunner application = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				PreforkActuatorAutoConfiguration.class))
		.withPropertyValues("management.endpoint.health.group.vital.include=db,prefork")
		.withBean("dbHealthIndicator", HealthIndicator.class,
				() -> () -> Health.down(new IllegalStateException("refused")).build())
		.withBean("queueHealthIndicator", HealthIndicator.class, () -> () -> Health.outOfService().build())
		.withBean("mailHealthIndicator", HealthIndicator.class, () -> () -> Health.unknown().build());

	@Test
	void whenContributorsAreDownThenTheyAreNamed() {
		this.application.run((context) -> assertThat(context.getBean(HealthCheck.class).ailment())
			.contains("db is DOWN (java.lang.IllegalStateException: refused)")
			.contains("queue is OUT_OF_SERVICE")
			.doesNotContain("mail"));
	}

	@Test
	void whenGroupIsSetThenOnlyItCounts() {
		this.application.withPropertyValues("prefork.rollout.health-group=vital")
			.run((context) -> assertThat(context.getBean(HealthCheck.class).ailment()).startsWith("db is DOWN")
				.doesNotContain("queue"));
	}

	@Test
	void whenGroupIsUnknownThenThatIsSaid() {
		this.application.withPropertyValues("prefork.rollout.health-group=vitl")
			.run((context) -> assertThat(context.getBean(HealthCheck.class).ailment())
				.isEqualTo("there is no health group 'vitl' (prefork.rollout.health-group)"));
	}

	@Test
	void whenAllOldWorkersAreDeadThenThatDoesNotSpeakAgainstNewOnes() {
		FakePoolControl dead = new FakePoolControl();
		dead.pool = FakePoolControl.pool("SCALING", 0, List.of());
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class,
					HealthEndpointAutoConfiguration.class, HealthContributorAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class, PreforkActuatorAutoConfiguration.class))
			.withBean(FakePoolControl.class, () -> dead)
			.run((context) -> assertThat(context.getBean(HealthCheck.class).ailment()).isEmpty());
	}

	@Test
	void whenThereIsNoHealthEndpointThenNothingIsWrong() {
		this.application.withPropertyValues("management.endpoint.health.access=NONE")
			.run((context) -> assertThat(context.getBean(HealthCheck.class).ailment()).isEmpty());
	}

}
