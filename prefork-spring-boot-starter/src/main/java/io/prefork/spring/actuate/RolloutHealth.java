package io.prefork.spring.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.prefork.worker.HealthCheck;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.util.StringUtils;

/**
 * The health by which the first worker of a rollout is judged: every contributor of the
 * health endpoint, or of one of its groups, that is {@code DOWN} or
 * {@code OUT_OF_SERVICE} speaks against it. But for that of the pool: while all old
 * workers are dead, new code is what helps. Without a health endpoint nothing does.
 */
class RolloutHealth implements HealthCheck {

	static final String GROUP = "prefork.rollout.health-group";

	private static final String POOL = "prefork";

	private static final Set<Status> BAD = Set.of(Status.DOWN, Status.OUT_OF_SERVICE);

	private static final int LONGEST_ERROR = 300;

	private final ObjectProvider<HealthEndpoint> endpoint;

	private final @Nullable String group;

	RolloutHealth(ObjectProvider<HealthEndpoint> endpoint, @Nullable String group) {
		this.endpoint = endpoint;
		this.group = StringUtils.hasText(group) ? group : null;
	}

	@Override
	public String ailment() {
		HealthEndpoint endpoint = this.endpoint.getIfAvailable();
		if (endpoint == null) {
			return "";
		}
		HealthDescriptor health = (this.group != null) ? endpoint.healthForPath(this.group) : endpoint.health();
		if (health == null) {
			return "there is no health group '" + this.group + "' (" + GROUP + ")";
		}
		List<String> ailments = new ArrayList<>();
		collect("", health, ailments);
		return String.join(", ", ailments);
	}

	private static void collect(String path, HealthDescriptor health, List<String> ailments) {
		Map<String, HealthDescriptor> components = (health instanceof CompositeHealthDescriptor composite)
				? composite.getComponents() : null;
		if (components != null) {
			components.forEach((name, component) -> {
				if (!path.isEmpty() || !name.equals(POOL)) {
					collect(path.isEmpty() ? name : path + "/" + name, component, ailments);
				}
			});
		}
		else if (BAD.contains(health.getStatus())) {
			ailments.add((path.isEmpty() ? "it" : path) + " is " + health.getStatus().getCode() + error(health));
		}
	}

	private static String error(HealthDescriptor health) {
		Map<String, Object> details = (health instanceof IndicatedHealthDescriptor indicated) ? indicated.getDetails()
				: null;
		Object error = (details != null) ? details.get("error") : null;
		if (error == null) {
			return "";
		}
		String text = error.toString();
		return " (" + ((text.length() > LONGEST_ERROR) ? text.substring(0, LONGEST_ERROR) + "..." : text) + ")";
	}

}
