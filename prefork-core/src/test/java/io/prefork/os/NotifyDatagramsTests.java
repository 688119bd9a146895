package io.prefork.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class NotifyDatagramsTests {

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@Test
	void whenAddressIsAPathThenMessagesArriveThereOneByOne() throws IOException {
		Path path = this.directory.resolve("notify");
		try (NotifyReceiver receiver = new NotifyReceiver(SocketName.of(path));
				NotifySocket socket = this.os.notifySocket(path.toString())) {
			socket.send("READY=1\nSTATUS=zwölf");
			socket.send("STOPPING=1");
			assertThat(receiver.next()).contains("READY=1\nSTATUS=zwölf");
			assertThat(receiver.next()).contains("STOPPING=1");
			assertThat(receiver.next()).isEmpty();
		}
	}

	@Test
	void whenAddressIsAbstractThenMessagesArriveThere() throws IOException {
		String name = "prefork-" + UUID.randomUUID();
		try (NotifyReceiver receiver = new NotifyReceiver(SocketName.ofAbstract(name));
				NotifySocket socket = this.os.notifySocket("@" + name)) {
			socket.send("READY=1");
			assertThat(receiver.next()).contains("READY=1");
		}
	}

	@Test
	void whenNobodyListensThenThatIsSaidAndLaterMessagesArrive() throws IOException {
		Path path = this.directory.resolve("notify");
		try (NotifySocket socket = this.os.notifySocket(path.toString())) {
			assertThatIOException().isThrownBy(() -> socket.send("READY=1")).withMessage("No such file or directory");
			try (NotifyReceiver receiver = new NotifyReceiver(SocketName.of(path))) {
				socket.send("READY=1");
				assertThat(receiver.next()).contains("READY=1");
			}
			assertThatIOException().isThrownBy(() -> socket.send("READY=1")).withMessage("Connection refused");
		}
	}

	@Test
	void whenNobodyReadsThenItFailsInsteadOfWaiting() throws IOException {
		Path path = this.directory.resolve("notify");
		try (NotifyReceiver receiver = new NotifyReceiver(SocketName.of(path));
				NotifySocket socket = this.os.notifySocket(path.toString())) {
			assertThatIOException().isThrownBy(() -> {
				for (int i = 0; i < 1_000_000; i++) {
					socket.send("WATCHDOG=1");
				}
			}).withMessage("Resource temporarily unavailable");
			assertThat(receiver.next()).isPresent();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "vsock:2:1234", "notify", "@", "/" })
	void whenAddressIsNoneThenThatIsSaid(String address) {
		assertThatIOException().isThrownBy(() -> this.os.notifySocket(address))
			.withMessage("it is neither a path nor a name after an @");
	}

	@Test
	void whenAddressIsTooLongThenThatIsSaid() {
		assertThatIOException().isThrownBy(() -> this.os.notifySocket("/" + "a".repeat(107)))
			.withMessageContaining("must not be longer than 107 bytes");
	}

	@Test
	void whenClosedThenNothingStaysOpen() throws IOException {
		this.os.notifySocket("@prefork").close();
		Map<Integer, String> before = OpenDescriptors.here();
		for (int i = 0; i < 20; i++) {
			this.os.notifySocket("@prefork").close();
		}
		assertThat(OpenDescriptors.here()).isEqualTo(before);
	}

}
