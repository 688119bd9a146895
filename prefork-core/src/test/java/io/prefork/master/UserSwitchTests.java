package io.prefork.master;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.prefork.os.Account;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class UserSwitchTests {

	private Account account;

	@TempDir
	private Path directory;

	@BeforeEach
	void requireRoot(TestInfo test) {
		this.account = OtherUser.account(test.getTestMethod().orElseThrow().getName());
	}

	@Test
	void whenStartedThenUserAndGroupsAreTheOthersForGood() throws IOException {
		assertThat(OtherUser.shell(this.account, "grep -E '^(Uid|Gid|Groups|CapEff|CapPrm)' /proc/self/status")
			.lines()
			.map(String::strip)).containsExactlyInAnyOrder("Uid:\t54321\t54321\t54321\t54321",
					"Gid:\t54322\t54322\t54322\t54322", "Groups:\t54322 54323", "CapEff:\t0000000000000000",
					"CapPrm:\t0000000000000000");
		assertThat(OtherUser.shell(this.account, "setpriv --reuid 0 id")).contains("Operation not permitted");
	}

	@Test
	void whenStartedThenItIsTheProcessItself() throws IOException {
		Process process = OtherUser.start(this.account, "echo $$");
		assertThat(OtherUser.output(process)).isEqualTo(Long.toString(process.pid()));
	}

	@Test
	void whenStartedThenProgramsFindTheOthersHome() throws IOException {
		assertThat(OtherUser.shell(this.account, "echo $HOME $USER $LOGNAME $PATH"))
			.isEqualTo("/home/stranger stranger stranger /usr/bin:/bin");
	}

	@Test
	void whenTriedOutThenExecutableMustBeOneForTheOtherUser() throws IOException {
		UserSwitch user = new UserSwitch(this.account);
		user.tryOut(Path.of("/bin/sh"));
		Path hidden = Files.createFile(this.directory.resolve("java"));
		Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwxr-xr-x"));
		// The directory is for root alone.
		assertThatIOException().isThrownBy(() -> user.tryOut(hidden)).withMessage("stranger may not execute " + hidden);
	}

	@Test
	void whenSocketIsGivenThenItIsTheOthers() throws IOException {
		Path path = this.directory.resolve("app.sock");
		try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			channel.bind(UnixDomainSocketAddress.of(path));
			new UserSwitch(this.account).give(path);
			assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(54321);
			assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(54322);
		}
	}

}
