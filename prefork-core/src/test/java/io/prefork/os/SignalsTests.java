package io.prefork.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sun.misc.SignalHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class SignalsTests {

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource(names = { "HUP", "USR1", "TTIN", "TTOU", "WINCH", "CHLD" })
	void whenSignalArrivesThenActionRuns(Signal signal) throws Exception {
		AtomicInteger arrived = new AtomicInteger();
		try {
			assertThat(Signals.handle(signal, arrived::incrementAndGet)).isTrue();
			int before = arrived.get();
			assertThat(this.os.kill((int) ProcessHandle.current().pid(), signal)).isTrue();
			await().untilAsserted(() -> assertThat(arrived).hasValueGreaterThan(before));
		}
		finally {
			sun.misc.Signal.handle(new sun.misc.Signal(signal.name()), SignalHandler.SIG_DFL);
		}
	}

	@ParameterizedTest
	@CsvSource({ "USR2, HotSpot suspends threads with it", "QUIT, it makes the JVM write a thread dump",
			"KILL, no process can handle it", "STOP, no process can handle it" })
	void whenSignalMustNotBeHandledThenReasonIsGiven(Signal signal, String reason) {
		assertThatIllegalArgumentException().isThrownBy(() -> Signals.handle(signal, () -> {
		})).withMessageContaining("SIG" + signal + " cannot be handled: " + reason);
	}

	@Test
	void whenSignalBelongsToTheJvmThenNothingIsChanged() {
		assertThat(Signals.handle(Signal.SEGV, () -> {
		})).isFalse();
	}

	@Test
	void whenJvmUsesFewerSignalsThenItKeepsThoseThatEndIt() throws Exception {
		Path output = this.directory.resolve("output");
		int pid = this.os
			.spawn(new SpawnRequest(ProbeMain.command(List.of("-Xrs"), "handle-signals"), Map.of(), output, List.of()));
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(0));
		assertThat(output).hasContent("HUP false\nINT false\nTERM false\nWINCH true\n");
	}

}
