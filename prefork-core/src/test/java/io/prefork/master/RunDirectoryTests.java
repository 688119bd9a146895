package io.prefork.master;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.prefork.os.Account;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RunDirectoryTests {

	private static final long PID = ProcessHandle.current().pid();

	@TempDir
	private Path parent;

	@Test
	void whenMadeThenItIsPrivateAndNamedAfterTheProcessAndLeavesNothingElse() throws IOException {
		try (RunDirectory directory = RunDirectory.create(this.parent)) {
			assertThat(directory.path()).isAbsolute().isEqualTo(this.parent.resolve("prefork-" + PID));
			assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
				.isEqualTo("rwx------");
			assertThat(entries()).containsExactly("prefork-" + PID);
		}
	}

	@Test
	void whenClosedThenItIsGoneWithAllThatIsInIt() throws IOException {
		RunDirectory directory = RunDirectory.create(this.parent);
		Files.createDirectories(directory.path().resolve("a/b"));
		Files.writeString(directory.path().resolve("a/b/c"), "text");
		Path outside = Files.writeString(this.parent.resolve("outside"), "text");
		Files.createSymbolicLink(directory.path().resolve("link"), this.parent);
		directory.close();
		assertThat(directory.path()).doesNotExist();
		assertThat(outside).exists();
	}

	@Test
	void whenMasterLivesThenItsDirectoryStaysAndWhenItWasKilledThenItIsSweptAway() throws Exception {
		Process other = RunDirectoryHolder.start(this.parent);
		try (BufferedReader output = other.inputReader()) {
			Path held = Path.of(output.readLine().replaceFirst("^holds ", ""));
			RunDirectory.create(this.parent).close();
			assertThat(held).isDirectory();
			other.destroyForcibly().waitFor();
			assertThat(held).isDirectory();
			RunDirectory.create(this.parent).close();
			assertThat(held).doesNotExist();
		}
		finally {
			other.destroyForcibly();
		}
	}

	@Test
	void whenMasterIsBetweenTwoProgramsThenItsDirectoryStaysForAWhile() throws IOException {
		Path directory = abandoned("prefork-1");
		Path handover = Files.setLastModifiedTime(Files.createFile(directory.resolve("handover")),
				FileTime.from(Instant.now().plusSeconds(300)));
		RunDirectory.create(this.parent).close();
		assertThat(directory).isDirectory();
		Path socket = Files.createFile(directory.resolve("control.sock"));
		Path hidden = Files.createFile(directory.resolve("control.sock.hidden"));
		try (RunDirectory resumed = RunDirectory.resume(directory, Optional.empty())) {
			assertThat(resumed.path()).isEqualTo(directory);
			assertThat(socket).as("of the program before").doesNotExist();
			assertThat(hidden).doesNotExist();
			assertThat(handover).exists();
		}
		assertThat(directory).doesNotExist();
		Path dead = abandoned("prefork-2");
		Files.setLastModifiedTime(Files.createFile(dead.resolve("handover")),
				FileTime.from(Instant.now().minusSeconds(1)));
		RunDirectory.create(this.parent).close();
		assertThat(dead).doesNotExist();
	}

	@Test
	void whenWorkersAreToBeAnotherUserOrGroupThenThoseThatLiveWouldBeLeftOut() throws IOException {
		try (RunDirectory directory = RunDirectory.create(this.parent)) {
			Path path = directory.path();
			Path scoreboard = Files.createFile(path.resolve("scoreboard"));
			int uid = (int) Files.getAttribute(scoreboard, "unix:uid");
			int gid = (int) Files.getAttribute(path, "unix:gid");
			Account own = new Account("own", uid, gid, List.of(gid), "/");
			Account other = new Account("other", uid + 1, gid, List.of(gid), "/");
			assertThat(RunDirectory.admits(path, Optional.empty(), own)).isTrue();
			assertThat(RunDirectory.admits(path, Optional.of(own), other)).isTrue();
			assertThat(RunDirectory.admits(path, Optional.empty(), other)).isFalse();
			assertThat(RunDirectory.admits(path, Optional.of(other), own)).isFalse();
			assertThat(RunDirectory.admits(path, Optional.of(own.inGroup(gid + 1)), other)).isFalse();
		}
	}

	@Test
	void whenDirectoryIsOfAnotherLayoutThenItIsLeftAlone() throws IOException {
		Path withoutLock = Files.createDirectory(this.parent.resolve("prefork-without-lock"));
		Files.writeString(withoutLock.resolve("precious"), "text");
		Path lockIsDirectory = Files.createDirectories(this.parent.resolve("prefork-odd/master.lock"));
		Path file = Files.writeString(this.parent.resolve("prefork-file"), "text");
		Path elsewhere = abandoned("elsewhere");
		Path link = Files.createSymbolicLink(this.parent.resolve("prefork-link"), elsewhere);
		Path linkedLock = Files.createDirectory(this.parent.resolve("prefork-linked-lock"));
		Files.createSymbolicLink(linkedLock.resolve("master.lock"), elsewhere.resolve("master.lock"));
		RunDirectory.create(this.parent).close();
		assertThat(withoutLock.resolve("precious")).exists();
		assertThat(lockIsDirectory).exists();
		assertThat(file).exists();
		assertThat(link).exists();
		assertThat(linkedLock).exists();
		assertThat(elsewhere).exists();
	}

	@Test
	void whenDirectoryIsOfAnotherUserThenItIsLeftAlone() throws IOException {
		Path foreign = abandoned("prefork-1");
		try {
			UserPrincipal nobody = foreign.getFileSystem()
				.getUserPrincipalLookupService()
				.lookupPrincipalByName("nobody");
			Files.setOwner(foreign, nobody);
		}
		catch (IOException ex) {
			assumeThat(false).as("files can be given away").isTrue();
		}
		RunDirectory.create(this.parent).close();
		assertThat(foreign).exists();
	}

	@Test
	void whenTheUserHasNoNameThenDeadMastersAreSweptAllTheSame() throws IOException {
		Path dead = abandoned("prefork-1");
		String name = System.getProperty("user.name");
		try {
			// What the JDK says in a container whose user is but a number.
			System.setProperty("user.name", "?");
			RunDirectory.create(this.parent).close();
		}
		finally {
			System.setProperty("user.name", name);
		}
		assertThat(dead).doesNotExist();
	}

	@Test
	void whenTheNameIsTakenThenAnotherOneIsFound() throws IOException {
		Path taken = Files.createDirectory(this.parent.resolve("prefork-" + PID));
		Files.writeString(taken.resolve("precious"), "text");
		try (RunDirectory directory = RunDirectory.create(this.parent)) {
			assertThat(directory.path()).isEqualTo(this.parent.resolve("prefork-" + PID + "-2")).isDirectory();
		}
		assertThat(taken.resolve("precious")).exists();
	}

	@Test
	void whenTheSameProcessIdWasKilledBeforeThenItsDirectoryIsReplaced() throws IOException {
		Path dead = abandoned("prefork-" + PID);
		Files.writeString(dead.resolve("scoreboard"), "old");
		try (RunDirectory directory = RunDirectory.create(this.parent)) {
			assertThat(directory.path()).isEqualTo(dead);
			assertThat(directory.path().resolve("scoreboard")).doesNotExist();
		}
	}

	@Test
	void whenParentIsMissingOrAFileThenThatIsSaid() throws IOException {
		Path missing = this.parent.resolve("missing");
		assertThatIOException().isThrownBy(() -> RunDirectory.create(missing))
			.withMessage("there is no directory " + missing);
		Path file = Files.writeString(this.parent.resolve("file"), "text");
		assertThatIOException().isThrownBy(() -> RunDirectory.create(file))
			.withMessage("there is no directory " + file);
	}

	@Test
	void whenParentCannotBeWrittenToThenThatIsSaid() {
		// Not even root can make a file there.
		assertThatIOException().isThrownBy(() -> RunDirectory.create(Path.of("/proc/self")));
	}

	@Test
	void whenPathIsTooLongForASocketThenThatIsSaidAndNothingIsLeftBehind() throws IOException {
		Path longest = Files.createDirectory(this.parent.resolve("ä".repeat(45)));
		assertThatIOException().isThrownBy(() -> RunDirectory.create(longest))
			.withMessageContaining("is longer than the 94 bytes that leave room for a unix-domain socket");
		assertThat(longest).isEmptyDirectory();
	}

	@Test
	void whenWorkersAreAnotherUserThenTheyReachWhatTheyNeedAndMakeNothing() throws IOException {
		Account stranger = OtherUser.account("whenWorkersAreAnotherUserThenTheyReachWhatTheyNeedAndMakeNothing");
		Files.setPosixFilePermissions(this.parent, PosixFilePermissions.fromString("rwx--x--x"));
		try (RunDirectory directory = RunDirectory.create(this.parent, Optional.of(stranger))) {
			assertThat(directory.user()).isEqualTo("stranger");
			Path shared = Files.writeString(directory.path().resolve("shared"), "text");
			WorkerSpec spec = new WorkerSpec(0, 5, 1, directory.path(), List.of());
			Files.writeString(spec.argumentFile(), "arguments");
			directory.admitWorkers("shared");
			directory.admit(spec);
			String script = "cd " + directory.path()
					+ "; cat worker-5.args; echo more >>shared; echo output >worker-5.out";
			assertThat(OtherUser.shell(stranger, script)).isEqualTo("arguments");
			assertThat(shared).hasContent("textmore\n");
			assertThat(spec.firstOutput()).hasContent("output\n");
			for (String forbidden : List.of("touch new", "rm shared", "ls", "cat master.lock", "mv shared other")) {
				assertThat(OtherUser.shell(stranger, "cd " + directory.path() + " && " + forbidden)).as(forbidden)
					.contains("Permission denied");
			}
			Account sameGroup = new Account("other", 54320, stranger.gid(), stranger.groups(), "/");
			assertThat(OtherUser.shell(sameGroup, "cat " + shared)).contains("Permission denied");
		}
		assertThat(this.parent).isEmptyDirectory();
	}

	@Test
	void whenWorkersAreTheSameUserThenNothingIsMadeForThem() throws IOException {
		try (RunDirectory directory = RunDirectory.create(this.parent)) {
			assertThat(directory.user()).isEqualTo(System.getProperty("user.name"));
			WorkerSpec spec = new WorkerSpec(0, 5, 1, directory.path(), List.of());
			directory.admitWorkers("missing");
			directory.admit(spec);
			assertThat(spec.firstOutput()).doesNotExist();
		}
	}

	@Test
	void whenWorkersMayNotEnterTheParentThenThatIsSaidAndNothingIsLeftBehind() throws IOException {
		Path closed = Files.createDirectory(this.parent.resolve("closed"),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		Account stranger = new Account("stranger", 54321, 54321, List.of(54321), "/");
		assertThatIOException().isThrownBy(() -> RunDirectory.create(closed, Optional.of(stranger)))
			.withMessageStartingWith("the workers' user stranger may not enter the directory " + this.parent);
		assertThat(closed).isEmptyDirectory();
	}

	private Path abandoned(String name) throws IOException {
		Path directory = Files.createDirectory(this.parent.resolve(name));
		Files.createFile(directory.resolve("master.lock"));
		return directory;
	}

	private Stream<String> entries() {
		try (Stream<Path> entries = Files.list(this.parent)) {
			return entries.map((entry) -> entry.getFileName().toString()).toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
