package io.prefork.spring.launch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MasterClasses}.
 */
class MasterClassesTests {

	@Test
	void whenLoadedThenClassesOfTheMasterAreFoundWhereverTheyAre() {
		assertThat(MasterClasses.load()).isGreaterThan(150);
	}

}
