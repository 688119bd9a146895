package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class PidFileTests {

	private static final String PID = ProcessHandle.current().pid() + "\n";

	@TempDir
	private Path directory;

	@Test
	void whenMadeThenItTellsTheProcessIdToEverybodyAndWhenClosedThenItIsGone() throws IOException {
		Path path = this.directory.resolve("app.pid");
		try (PidFile file = PidFile.create(path)) {
			assertThat(path).hasContent(PID);
			assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-r--r--");
		}
		assertThat(this.directory).isEmptyDirectory();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\n", "not a pid", "-1", "999999999", "99999999999999999999999999" })
	void whenFileNamesNoLivingProcessThenItIsReplaced(String before) throws IOException {
		Path path = Files.writeString(this.directory.resolve("app.pid"), before);
		PidFile.create(path).close();
		assertThat(path).doesNotExist();
	}

	@Test
	void whenFileIsNoTextThenItIsReplaced() throws IOException {
		Path path = Files.write(this.directory.resolve("app.pid"), new byte[] { (byte) 0xff, 0, (byte) 0xc0 });
		PidFile.create(path);
		assertThat(path).hasContent(PID);
	}

	@Test
	void whenFileNamesThisProcessThenItIsReplaced() throws IOException {
		Path path = Files.writeString(this.directory.resolve("app.pid"), PID);
		PidFile.create(path);
		assertThat(path).hasContent(PID);
	}

	@Test
	void whenFileNamesALivingProcessThenItIsRefusedAndLeftAlone() throws IOException {
		long other = ProcessHandle.current().parent().orElseThrow().pid();
		Path path = Files.writeString(this.directory.resolve("app.pid"), other + "\n");
		assertThatIOException().isThrownBy(() -> PidFile.create(path))
			.withMessage("it names process " + other + ", which is running");
		assertThat(path).hasContent(other + "\n");
	}

	@Test
	void whenSomebodyElseHasOverwrittenTheFileThenItStays() throws IOException {
		Path path = this.directory.resolve("app.pid");
		PidFile file = PidFile.create(path);
		Files.writeString(path, "1\n");
		file.close();
		assertThat(path).hasContent("1\n");
	}

	@Test
	void whenSomebodyElseHasRemovedTheFileThenClosingDoesNothing() throws IOException {
		Path path = this.directory.resolve("app.pid");
		PidFile file = PidFile.create(path);
		Files.delete(path);
		file.close();
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void whenFileCannotBeWrittenThenThatIsSaidAndNothingIsLeftBehind() {
		assertThatIOException().isThrownBy(() -> PidFile.create(this.directory.resolve("missing/app.pid")));
		assertThatIOException().isThrownBy(() -> PidFile.create(this.directory));
		assertThat(this.directory).isEmptyDirectory();
	}

}
