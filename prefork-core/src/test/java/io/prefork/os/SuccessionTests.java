package io.prefork.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

class SuccessionTests {

	private static final ListenOptions OPTIONS = new ListenOptions(16, false, Duration.ZERO);

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@Test
	void whenAProcessBecomesAnotherProgramThenThatHasItsIdAndTheNamedDescriptors() throws Exception {
		String script = "echo $$; echo \"$0\"; echo $LEFT $OLD; ls -1 /proc/$$/fd";
		List<String> lines = replace("/bin/sh", "-c", script, "ä b");
		String[] before = lines.get(0).split(" ");
		assertThat(lines.get(1)).isEqualTo("execve: No such file or directory false");
		assertThat(lines.subList(2, 5)).containsExactly(before[0], "ä b", "x=y old");
		assertThat(lines.subList(5, lines.size())).containsExactly("0", "1", "2", before[1]);
	}

	@Test
	void whenAProcessBecomesAnotherProgramThenSignalsThatWouldEndItWaitOrAreIgnored() throws Exception {
		List<String> lines = replace("/bin/cat", "/proc/self/status");
		assertThat(signals(lines, "SigCgt:")).isZero();
		assertThat(signals(lines, "SigIgn:")).isEqualTo(set(Signal.HUP) | set(Signal.QUIT));
		assertThat(signals(lines, "SigBlk:")).isEqualTo(set(Signal.USR1) | set(Signal.TTIN) | set(Signal.TTOU));
	}

	@Test
	void whenHangUpWasIgnoredThenItArrivesWithoutHavingBeenTheEndForAMoment() throws Exception {
		List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"));
		command.addAll(ProbeMain.command(List.of(), "receive-hang-up"));
		Path output = this.directory.resolve("output");
		int pid = this.os.spawn(new SpawnRequest(command, Map.of("PATH", "/usr/bin:/bin"), output, List.of()));
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(0));
		assertThat(Files.readAllLines(output)).containsExactly("true", "received");
	}

	private List<String> replace(String... command) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("replace"));
		arguments.addAll(List.of(command));
		Path output = this.directory.resolve("output");
		int pid = this.os.spawn(new SpawnRequest(ProbeMain.command(List.of(), arguments.toArray(String[]::new)),
				Map.of("OLD", "old", "LC_ALL", "C.UTF-8"), output, List.of()));
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(0));
		List<String> lines = Files.readAllLines(output);
		assertThat(lines.get(0)).startsWith(pid + " ");
		return lines;
	}

	@Test
	void whenAChildHasEndedThenItIsThereToBeReaped() throws Exception {
		int pid = this.os.spawn(
				new SpawnRequest(List.of("sh", "-c", "exit 7"), Map.of(), this.directory.resolve("output"), List.of()));
		this.os.awaitEnd(pid);
		this.os.awaitEnd(pid);
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(7));
		assertThatIOException().isThrownBy(() -> this.os.awaitEnd(pid))
			.withMessageStartingWith("Cannot wait for process " + pid);
	}

	@Test
	void whenAListenerIsAdoptedThenItIsTheSameSocketAndItsFileGoesWithIt() throws Exception {
		Path file = this.directory.resolve("app.sock");
		BindAddress unix = new BindAddress.Unix(file);
		Listener first = this.os.listen(unix, OPTIONS);
		Listener adopted = this.os.succession().adopt(unix, first.descriptor(), OPTIONS);
		assertThat(adopted.address()).isEqualTo("unix:" + file);
		adopted.close();
		assertThat(file).doesNotExist();
		try (Listener tcp = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			Listener again = this.os.succession()
				.adopt(BindAddress.parse("127.0.0.1:0"), tcp.descriptor(), new ListenOptions(7, false, Duration.ZERO));
			assertThat(again.port()).isEqualTo(tcp.port());
			assertThat(again.backlog()).isEqualTo(7);
		}
	}

	@Test
	void whenThereIsNoSuchListenerThenTheErrorNamesTheAddress() {
		assertThatExceptionOfType(ListenException.class)
			.isThrownBy(() -> this.os.succession().adopt(BindAddress.parse("127.0.0.1:8080"), 999, OPTIONS))
			.withMessageContaining("127.0.0.1:8080");
	}

	@Test
	void whenWordsAreSplitThenEmptyOnesCount() {
		assertThat(ProgramImage.words("a\0\0b c\0".getBytes(StandardCharsets.US_ASCII))).containsExactly(
				"a".getBytes(StandardCharsets.US_ASCII), new byte[0], "b c".getBytes(StandardCharsets.US_ASCII));
	}

	@Test
	void whenAVariableIsSetTwiceThenTheLastValueCounts() throws IOException {
		ProgramImage image = ProgramImage.current();
		assertThat(image.executable()).isExecutable();
		List<byte[]> changed = image.with("LEFT", "1").with("LEFT", "2").environment();
		assertThat(changed).hasSize(image.environment().size() + 1)
			.last()
			.isEqualTo("LEFT=2".getBytes(StandardCharsets.US_ASCII));
	}

	private static long signals(List<String> lines, String name) {
		return lines.stream()
			.filter((line) -> line.startsWith(name))
			.map((line) -> Long.parseUnsignedLong(line.substring(name.length()).strip(), 16))
			.findFirst()
			.orElseThrow();
	}

	private static long set(Signal signal) {
		return 1L << (signal.number() - 1);
	}

}
