package io.prefork.spring.launch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.BindException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * When the actuator has a port of its own, as Boot sees it.
 */
class MasterContextTests {

	@ParameterizedTest
	@CsvSource({ "'', '', false", "9000, '', true", "8080, '', false", "'', 9000, false", "9000, 9000, false",
			"9000, 9001, true", "8080, 9000, true", "0, '', true", "0, 0, true", "-1, '', false", "9000, -1, true" })
	void whenPortsAreSetThenManagementHasItsOwnOrNot(String management, String server, boolean own) {
		assertThat(MasterContext.hasOwnManagementPort(
				PreparedEnvironment.of("management.server.port=" + management, "server.port=" + server)))
			.isEqualTo(own);
	}

	@Test
	void whenNothingIsSetThenManagementHasNone() {
		assertThat(MasterContext.hasOwnManagementPort(PreparedEnvironment.of())).isFalse();
	}

	@Test
	void whenPortIsNoNumberThenBootCanAnalyzeTheFailure() {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> MasterContext.hasOwnManagementPort(PreparedEnvironment.of("management.server.port=x")));
	}

}
