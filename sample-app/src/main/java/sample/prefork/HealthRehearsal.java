package sample.prefork;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Rehearses bad health: {@code unwell} in {@code sample.boot-failure-file}, at the time
 * of the start, for as long as the process lives.
 */
@Component
class HealthRehearsal implements HealthIndicator {

	private final Health health;

	HealthRehearsal(SampleProperties properties) throws IOException {
		Path file = properties.bootFailureFile();
		boolean unwell = file != null && Files.exists(file) && Files.readString(file).startsWith("unwell");
		this.health = unwell ? Health.down().withDetail("error", "told to be unwell by " + file).build()
				: Health.up().build();
	}

	@Override
	public Health health() {
		return this.health;
	}

}
