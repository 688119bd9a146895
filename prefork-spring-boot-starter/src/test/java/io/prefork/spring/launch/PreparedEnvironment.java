package io.prefork.spring.launch;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.mock.env.MockEnvironment;

/**
 * An environment as it is when the launch hook is called.
 */
final class PreparedEnvironment {

	private PreparedEnvironment() {
	}

	/**
	 * Makes an environment.
	 * @param settings each as {@code name=value}
	 */
	static MockEnvironment of(String... settings) {
		MockEnvironment environment = new MockEnvironment();
		for (String setting : settings) {
			String[] parts = setting.split("=", 2);
			environment.setProperty(parts[0], parts[1]);
		}
		ConfigurationPropertySources.attach(environment);
		return environment;
	}

}
