package io.prefork.spring.master;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A name that does not exist is passed over in silence, so the list is checked here.
 */
class MasterAutoConfigurationsTests {

	private static final String OPTIONAL = "optional:";

	private static final List<String> LINES = read(
			"META-INF/spring/" + MasterAutoConfigurations.class.getName() + ".imports");

	@Test
	void whenAClassIsListedThenItExistsUnlessItsModuleIsNotOnTheClassPath() {
		assertThat(names()).filteredOn((name) -> !ClassUtils.isPresent(name, null))
			.allMatch((name) -> name.startsWith("org.springframework.boot.security.autoconfigure."));
	}

	@Test
	void whenAClassExistsThenItIsAnAutoConfigurationAndListedOnce() {
		assertThat(names()).doesNotHaveDuplicates()
			.filteredOn((name) -> ClassUtils.isPresent(name, null))
			.hasSizeGreaterThan(20)
			.allMatch((name) -> ClassUtils.resolveClassName(name, null).isAnnotationPresent(AutoConfiguration.class));
	}

	@Test
	void whenAClassIsNotOurOwnThenItIsOptional() {
		assertThat(LINES).allMatch((line) -> line.startsWith(OPTIONAL) != line.startsWith("io.prefork."));
	}

	private static List<String> names() {
		return LINES.stream().map((line) -> line.replaceFirst("^" + OPTIONAL, "")).toList();
	}

	private static List<String> read(String file) {
		try {
			return new ClassPathResource(file).getContentAsString(StandardCharsets.UTF_8)
				.lines()
				.map(String::strip)
				.filter((line) -> !line.isEmpty() && !line.startsWith("#"))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
