package io.prefork.os;

import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class InheritedListenersTests {

	private static final ListenOptions OPTIONS = new ListenOptions(16, false, Duration.ZERO);

	private static final int PASSED = 310;

	private final OperatingSystem os = OperatingSystem.current();

	private final LibC.Functions libc = LibC.load().functions();

	@TempDir
	private Path directory;

	@AfterEach
	void closePassed() {
		this.libc.close(PASSED);
	}

	@Test
	void whenSocketListensThenItIsTakenOver() throws Exception {
		try (Listener origin = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			InheritedDescriptors.duplicate(origin.descriptor(), PASSED);
			try (Listener listener = this.os.listen(new BindAddress.Descriptor(PASSED), OPTIONS)) {
				assertThat(listener.descriptor()).isGreaterThanOrEqualTo(64).isNotEqualTo(PASSED);
				assertThat(listener.address()).isEqualTo(origin.address());
				assertThat(listener.family()).isEqualTo(Listener.Family.INET);
				assertThat(listener.port()).isEqualTo(origin.port());
				assertThat(listener.backlog()).isEqualTo(16);
				new Socket("127.0.0.1", listener.port().orElseThrow()).close();
				assertThat(OpenDescriptors.here()).containsKey(PASSED);
			}
			assertThat(OpenDescriptors.here()).doesNotContainKey(PASSED);
		}
	}

	@Test
	void whenSocketIsNonBlockingThenItIsMadeToBlock() throws Exception {
		try (Listener origin = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			InheritedDescriptors.duplicate(origin.descriptor(), PASSED);
			this.libc.fcntl(PASSED, Linux.F_SETFL, Linux.O_NONBLOCK);
			try (Listener listener = this.os.listen(new BindAddress.Descriptor(PASSED), OPTIONS)) {
				assertThat(this.libc.fcntl(listener.descriptor(), Linux.F_GETFL, 0) & Linux.O_NONBLOCK).isZero();
			}
		}
	}

	@Test
	void whenSocketIsUnixThenItsFileIsLeftToItsMaker() throws Exception {
		Path path = this.directory.resolve("app.sock");
		try (Listener origin = this.os.listen(new BindAddress.Unix(path), OPTIONS)) {
			InheritedDescriptors.duplicate(origin.descriptor(), PASSED);
			try (Listener listener = this.os.listen(new BindAddress.Descriptor(PASSED), OPTIONS)) {
				assertThat(listener.address()).isEqualTo("unix:" + path);
				assertThat(listener.family()).isEqualTo(Listener.Family.UNIX);
			}
			assertThat(path).exists();
		}
	}

	@Test
	void whenDescriptorIsNotOpenThenErrorSaysSo() {
		assertRefused("descriptor " + PASSED + " is not open", "Start this process with the socket");
	}

	@Test
	void whenDescriptorIsAFileThenErrorNamesIt() throws Exception {
		Path path = this.directory.resolve("data");
		try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
			InheritedDescriptors.duplicate(OpenDescriptors.of(path), PASSED);
			assertRefused("descriptor " + PASSED + " is no socket but " + path, "Start this process with the socket");
		}
	}

	@Test
	void whenSocketIsDatagramThenErrorSaysSo() throws Exception {
		pass(this.libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM, 0));
		assertRefused("descriptor " + PASSED + " is a datagram socket", "ListenStream=");
	}

	@Test
	void whenSocketDoesNotListenThenErrorSaysSo() throws Exception {
		pass(this.libc.socket(Linux.AF_INET, Linux.SOCK_STREAM, 0));
		assertRefused("descriptor " + PASSED + " is a socket that does not listen", "Accept=no");
	}

	@Test
	void whenSocketIsOfAnotherFamilyThenErrorSaysSo() throws Exception {
		int netlink = 16;
		int raw = 3;
		pass(this.libc.socket(netlink, raw, 0));
		assertRefused("descriptor " + PASSED + " is a type 3 socket", "Pass a stream socket");
	}

	@Test
	void whenNothingIsConfiguredOnSocketThenAddressIsItsOwn() throws Exception {
		try (Listener origin = this.os.listen(new BindAddress.Tcp("", 0), OPTIONS)) {
			InheritedDescriptors.duplicate(origin.descriptor(), PASSED);
			try (Listener listener = this.os.listen(new BindAddress.Descriptor(PASSED),
					new ListenOptions(16, false, Duration.ofSeconds(5)));
					Socket client = new Socket(InetAddress.getByName("::1"), listener.port().orElseThrow())) {
				assertThat(listener.address()).startsWith("[::]:");
				assertThat(listener.queued()).hasValue(0);
			}
		}
	}

	private void pass(int descriptor) throws Exception {
		InheritedDescriptors.duplicate(descriptor, PASSED);
		this.libc.close(descriptor);
	}

	private void assertRefused(String reason, String remedy) {
		assertThatExceptionOfType(ListenException.class)
			.isThrownBy(() -> this.os.listen(new BindAddress.Descriptor(PASSED), OPTIONS))
			.withMessageStartingWith("Cannot listen on fd://" + PASSED + ": ")
			.withMessageContaining(reason)
			.satisfies((ex) -> assertThat(ex.remedy()).contains(remedy));
	}

}
