package io.prefork.os;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sun.misc.SignalHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

class SpawnerTests {

	private static final ListenOptions OPTIONS = new ListenOptions(16, false, Duration.ZERO);

	private final OperatingSystem os = OperatingSystem.current();

	private final List<Integer> children = new ArrayList<>();

	@TempDir
	private Path directory;

	@AfterEach
	void endChildren() throws IOException {
		for (int child : this.children) {
			this.os.kill(child, Signal.KILL);
			this.os.await(child);
		}
	}

	@ParameterizedTest
	@EnumSource(FileActions.Closing.class)
	void whenDescriptorsAreHandedOverThenChildHasExactlyThose(FileActions.Closing closing) throws Exception {
		Spawner spawner = new Spawner(LibC.load(), closing);
		try (Listener first = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS);
				Listener second = this.os.listen(new BindAddress.Unix(this.directory.resolve("app.sock")), OPTIONS)) {
			List<Integer> sources = List.of(second.descriptor(), first.descriptor(), 1, 2, second.descriptor());
			assertHandedOver(sources, spawner.spawn(sleep(sources)));
		}
	}

	@ParameterizedTest
	@EnumSource(FileActions.Closing.class)
	void whenSourcesLieWhereTargetsAreThenNoneIsOverwritten(FileActions.Closing closing) throws Exception {
		Spawner spawner = new Spawner(LibC.load(), closing);
		// Each is to become another one's number, in this process all are open.
		for (List<Integer> sources : List.of(List.of(5, 4, 3), List.of(4, 5, 3), List.of(3, 4, 5), List.of(2, 1),
				List.of(0, 0, 0, 3))) {
			assertHandedOver(sources, spawner.spawn(sleep(sources)));
		}
	}

	@Test
	void whenMoreAreHandedOverThanLieBelowTheListenersThenNoneIsOverwritten() throws Exception {
		List<Path> files = new ArrayList<>();
		List<RandomAccessFile> open = new ArrayList<>();
		try {
			for (int i = 0; i < 100; i++) {
				files.add(this.directory.resolve("file" + i));
				open.add(new RandomAccessFile(files.get(i).toFile(), "rw"));
			}
			List<Integer> sources = IntStream.range(0, 100)
				.mapToObj((i) -> OpenDescriptors.of(files.get(99 - i)))
				.toList();
			assertHandedOver(sources, this.os.spawn(sleep(sources)));
		}
		finally {
			for (RandomAccessFile file : open) {
				file.close();
			}
		}
	}

	@Test
	void whenChildWritesThenOutputIsAppendedTo() throws Exception {
		Path output = output();
		shell("echo out; echo error >&2; cat; echo eof", Map.of());
		shell("echo again", Map.of());
		assertThat(output).hasContent("out\nerror\neof\nagain\n");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output))).isEqualTo("rw-------");
	}

	@Test
	void whenEnvironmentIsGivenThenItIsAllThereIs() throws Exception {
		int pid = spawn(List.of("env"), Map.of("ONE", "a b", "TWO", ""), List.of());
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(0));
		assertThat(Files.readAllLines(output())).containsExactlyInAnyOrder("ONE=a b", "TWO=");
	}

	@Test
	void whenArgumentsHaveSpacesOrAreEmptyThenTheyArriveUnchanged() throws Exception {
		int pid = spawn(List.of("printf", "[%s]", "a b", "", "$x;\"'"), Map.of(), List.of());
		this.os.await(pid);
		assertThat(output()).hasContent("[a b][][$x;\"']");
	}

	@Test
	void whenParentIgnoresAndCatchesSignalsThenChildHasDefaults() throws Exception {
		sun.misc.Signal hup = new sun.misc.Signal("HUP");
		SignalHandler before = sun.misc.Signal.handle(hup, SignalHandler.SIG_IGN);
		try {
			assertThat(signalSet((int) ProcessHandle.current().pid(), "SigIgn") & 1).isEqualTo(1);
			int pid = this.os.spawn(sleep(List.of()));
			this.children.add(pid);
			assertThat(signalSet(pid, "SigBlk")).isZero();
			assertThat(signalSet(pid, "SigIgn")).isZero();
			assertThat(signalSet(pid, "SigCgt")).isZero();
		}
		finally {
			sun.misc.Signal.handle(hup, before);
		}
	}

	@Test
	void whenChildStartsThenItHasAProcessGroupOfItsOwn() throws Exception {
		int pid = this.os.spawn(sleep(List.of()));
		this.children.add(pid);
		String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
		assertThat(Processes.fields(stat).get(2)).isEqualTo(Integer.toString(pid));
	}

	@Test
	void whenExecutableIsMissingThenErrorSaysSo() {
		assertThatIOException().isThrownBy(() -> spawn(List.of("/nowhere/java"), Map.of(), List.of()))
			.withMessage("Cannot start /nowhere/java: No such file or directory");
	}

	@Test
	void whenFileIsNotExecutableThenErrorSaysSo() throws Exception {
		Path file = Files.createFile(this.directory.resolve("java"));
		assertThatIOException().isThrownBy(() -> spawn(List.of(file.toString()), Map.of(), List.of()))
			.withMessage("Cannot start " + file + ": Permission denied");
	}

	@Test
	void whenOutputCannotBeMadeThenErrorNamesIt() {
		Path output = this.directory.resolve("none/output");
		assertThatIOException()
			.isThrownBy(() -> this.os.spawn(new SpawnRequest(List.of("true"), Map.of(), output, List.of())))
			.withMessage("Cannot start true: the directory of its output, " + output.getParent() + ", does not exist");
		assertThatIOException()
			.isThrownBy(() -> this.os.spawn(new SpawnRequest(List.of("true"), Map.of(), this.directory, List.of())))
			.withMessage("Cannot start true: its output, " + this.directory + ", cannot be written");
	}

	@Test
	void whenSourceIsNotOpenThenErrorSaysSo() {
		assertThatIOException().isThrownBy(() -> spawn(List.of("true"), Map.of(), List.of(399)))
			.withMessage("Cannot start true: Bad file descriptor");
	}

	@Test
	void whenCommandIsEmptyThenItIsRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> spawn(List.of(), Map.of(), List.of()))
			.withMessage("The command must name an executable");
	}

	@Test
	void whenStringHasZeroByteThenItIsRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> spawn(List.of("printf", "a\0b"), Map.of(), List.of()))
			.withMessageContaining("must not contain NUL");
	}

	@Test
	void whenManyAreSpawnedThenParentKeepsNothingOpen() throws Exception {
		shell("exit 0", Map.of());
		spawnAndFail();
		Map<Integer, String> before = OpenDescriptors.here();
		for (int i = 0; i < 50; i++) {
			shell("exit 0", Map.of());
			spawnAndFail();
		}
		assertThat(OpenDescriptors.here()).isEqualTo(before);
	}

	private void spawnAndFail() {
		assertThatIOException().isThrownBy(() -> spawn(List.of("/nowhere/java"), Map.of(), List.of(1, 2)));
	}

	private void assertHandedOver(List<Integer> sources, int pid) {
		this.children.add(pid);
		Map<Integer, String> here = OpenDescriptors.here();
		Map<Integer, String> expected = new TreeMap<>();
		expected.put(0, "/dev/null");
		expected.put(1, output().toString());
		expected.put(2, output().toString());
		for (int i = 0; i < sources.size(); i++) {
			expected.put(SpawnRequest.FIRST_DESCRIPTOR + i, here.get(sources.get(i)));
		}
		// The loader has libraries open for a moment; what leaked stays.
		await().untilAsserted(() -> assertThat(OpenDescriptors.of(pid)).isEqualTo(expected));
	}

	private SpawnRequest sleep(List<Integer> descriptors) {
		return new SpawnRequest(List.of("sleep", "60"), Map.of(), output(), descriptors);
	}

	private void shell(String script, Map<String, String> environment) throws IOException {
		int pid = spawn(List.of("/bin/sh", "-c", script), environment, List.of());
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Exited(0));
	}

	private int spawn(List<String> command, Map<String, String> environment, List<Integer> descriptors)
			throws IOException {
		return this.os.spawn(new SpawnRequest(command, environment, output(), descriptors));
	}

	private Path output() {
		return this.directory.resolve("output");
	}

	private static long signalSet(int pid, String name) throws IOException {
		// The last ones are real-time signals, two of which the C library keeps to
		// itself.
		return Files.readAllLines(Path.of("/proc/" + pid + "/status"))
			.stream()
			.filter((line) -> line.startsWith(name + ":"))
			.mapToLong((line) -> Long.parseUnsignedLong(line.substring(name.length() + 1).strip(), 16))
			.findFirst()
			.orElseThrow();
	}

}
