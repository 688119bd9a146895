package io.prefork.os;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SystemdSocketsTests {

	private static final long PID = 42;

	@Test
	void whenSocketsWerePassedThenTheyStartAtThree() {
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "2"), PID))
			.containsExactly(new BindAddress.Descriptor(3), new BindAddress.Descriptor(4));
	}

	@Test
	void whenSocketsWereMeantForAnotherProcessThenThereAreNone() {
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "41", "LISTEN_FDS", "2"), PID)).isEmpty();
		assertThat(SystemdSockets.passed(Map.of("LISTEN_FDS", "2"), PID)).isEmpty();
	}

	@Test
	void whenCountIsMissingZeroOrNoNumberThenThereAreNone() {
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "42"), PID)).isEmpty();
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "0"), PID)).isEmpty();
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "-1"), PID)).isEmpty();
		assertThat(SystemdSockets.passed(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "many"), PID)).isEmpty();
	}

}
