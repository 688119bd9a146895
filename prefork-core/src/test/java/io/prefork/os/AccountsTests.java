package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AccountsTests {

	private final Accounts accounts = OperatingSystem.current().accounts();

	@ParameterizedTest
	@ValueSource(strings = { "root", "0" })
	void whenUserIsKnownByNameOrIdThenItIsFound(String user) {
		Account root = this.accounts.user(user).orElseThrow();
		assertThat(root.name()).isEqualTo("root");
		assertThat(root.uid()).isZero();
		assertThat(root.gid()).isZero();
		assertThat(root.groups()).contains(0);
		assertThat(root.home()).startsWith("/");
		assertThat(root.isRoot()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no such user", "-1", "4294967295", "99999999999" })
	void whenUserIsNotKnownThenThereIsNone(String user) {
		assertThat(this.accounts.user(user)).isEmpty();
	}

	@Test
	void whenGroupIsKnownOrAnIdThenItIsFound() {
		assertThat(this.accounts.group("root")).hasValue(0);
		assertThat(this.accounts.group("54321")).hasValue(54321);
		assertThat(this.accounts.group("no such group")).isEmpty();
		assertThat(this.accounts.group("4294967295")).isEmpty();
	}

	@Test
	void whenAskedForThisProcessThenItIsItsUserAndGroup() throws IOException {
		Account self = this.accounts.self();
		Path own = Path.of("/proc/self");
		assertThat(Files.getAttribute(own, "unix:uid")).isEqualTo(self.uid());
		assertThat(Files.getAttribute(own, "unix:gid")).isEqualTo(self.gid());
		assertThat(self.groups()).contains(self.gid());
	}

	@Test
	void whenGroupIsAnotherThenItTakesThePlaceOfThePrimaryOne() {
		Account account = new Account("shop", 7, 8, List.of(8, 9, 10), "/");
		assertThat(account.inGroup(9)).isEqualTo(new Account("shop", 7, 9, List.of(9, 10), "/"));
		assertThat(account.inGroup(11)).isEqualTo(new Account("shop", 7, 11, List.of(11, 9, 10), "/"));
	}

	@ParameterizedTest
	@CsvSource({ "rwx------, true, false, false", "rw-rwxrwx, false, true, true", "rwxr-x---, true, true, false",
			"rwx---r-x, true, false, true" })
	void whenDirectoryIsLookedAtThenOnlyOneOfOwnerGroupAndOthersCounts(String mode, boolean owner, boolean group,
			boolean others, @TempDir Path parent) throws IOException {
		Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
		Path directory = Files.createDirectory(parent.resolve("directory"));
		Path inside = Files.createDirectory(directory.resolve("inside"));
		Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxr-xr-x"));
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
		int uid = (Integer) Files.getAttribute(directory, "unix:uid");
		int gid = (Integer) Files.getAttribute(directory, "unix:gid");
		// Root may enter everything.
		if (uid != 0) {
			assertThat(new Account("owner", uid, 7, List.of(7), "/").barrier(inside).isEmpty()).isEqualTo(owner);
		}
		Account inGroup = new Account("group", 54321, 7, List.of(7, gid), "/");
		assertThat(inGroup.barrier(inside).isEmpty()).isEqualTo(group);
		Account stranger = new Account("others", 54321, 54321, List.of(54321), "/");
		assertThat(stranger.barrier(inside).isEmpty()).isEqualTo(others);
		if (!others) {
			assertThat(stranger.barrier(inside)).contains(directory);
		}
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
	}

	@Test
	void whenDirectoryIsMissingThenItIsInTheWay() {
		Path missing = Path.of("/no/such/directory");
		assertThat(new Account("shop", 7, 7, List.of(7), "/").barrier(missing)).contains(Path.of("/no"));
	}

}
