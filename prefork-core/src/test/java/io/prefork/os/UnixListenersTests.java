package io.prefork.os;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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

class UnixListenersTests {

	private static final ListenOptions OPTIONS = new ListenOptions(1, false, Duration.ZERO);

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@Test
	void whenPathIsFreeThenSocketIsMadeAndRemovedOnClose() throws Exception {
		Path path = this.directory.resolve("app.sock");
		try (Listener listener = listen(path)) {
			assertThat(listener.family()).isEqualTo(Listener.Family.UNIX);
			assertThat(listener.address()).isEqualTo("unix:" + path);
			assertThat(listener.port()).isEmpty();
			assertThat(listener.queued()).isEmpty();
			connect(path).close();
		}
		assertThat(path).doesNotExist();
	}

	@Test
	void whenNewConnectionsAreRefusedThenThoseQueuedAreToldOfAndThePathIsFree() throws Exception {
		Path path = this.directory.resolve("app.sock");
		try (Listener listener = listen(path)) {
			assertThat(listener.hasQueued()).isFalse();
			try (SocketChannel queued = connect(path)) {
				listener.refuseNew();
				assertThat(path).doesNotExist();
				assertThat(listener.hasQueued()).isTrue();
				assertThat(queued.isConnected()).isTrue();
			}
			try (Listener next = listen(path)) {
				listener.close();
				connect(path).close();
				assertThat(next.hasQueued()).isTrue();
			}
		}
	}

	@Test
	void whenSocketIsStaleThenItIsReplaced() throws Exception {
		Path path = this.directory.resolve("app.sock");
		ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)).close();
		assertThat(path).exists();
		try (Listener listener = listen(path)) {
			connect(path).close();
		}
		assertThat(path).doesNotExist();
	}

	@Test
	void whenSocketIsInUseThenErrorSaysSoAndItGoesOn() throws Exception {
		Path path = this.directory.resolve("app.sock");
		try (Listener listener = listen(path)) {
			Map<Integer, String> before = OpenDescriptors.socketsAndPipes();
			assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(path))
				.withMessage("Cannot listen on unix:" + path + ": the socket is in use")
				.satisfies((ex) -> assertThat(ex.remedy()).contains("ss -lxp", "prefork.bind"));
			assertThat(OpenDescriptors.socketsAndPipes()).isEqualTo(before);
			connect(path).close();
		}
	}

	@Test
	void whenQueueIsFullThenSocketIsInUse() throws Exception {
		Path path = this.directory.resolve("app.sock");
		List<SocketChannel> clients = new ArrayList<>();
		try (Listener listener = listen(path)) {
			// One more than the backlog fit in (unix(7), unix_recvq_full in the kernel).
			clients.add(connect(path));
			clients.add(connect(path));
			assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(path))
				.withMessageContaining("the socket is in use");
		}
		finally {
			for (SocketChannel client : clients) {
				client.close();
			}
		}
	}

	@Test
	void whenFileIsNoSocketThenItIsLeftAlone() throws Exception {
		Path file = Files.writeString(this.directory.resolve("app.sock"), "precious");
		assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(file))
			.withMessage("Cannot listen on unix:" + file + ": a file that is no socket is in the way");
		assertThat(file).hasContent("precious");
		Path link = Files.createSymbolicLink(this.directory.resolve("link.sock"), file);
		assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(link))
			.withMessageContaining("a file that is no socket is in the way");
		assertThat(link).isSymbolicLink();
	}

	@Test
	void whenAnotherSocketTookThePlaceThenCloseLeavesIt() throws Exception {
		Path path = this.directory.resolve("app.sock");
		Listener first = listen(path);
		Files.move(path, this.directory.resolve("old.sock"));
		try (Listener second = listen(path)) {
			first.close();
			connect(path).close();
		}
	}

	@Test
	void whenDirectoryIsMissingThenErrorNamesIt() {
		Path path = this.directory.resolve("none/app.sock");
		assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(path))
			.withMessage("Cannot listen on unix:" + path + ": the directory " + path.getParent() + " does not exist");
	}

	@Test
	void whenParentIsAFileThenErrorNamesIt() throws Exception {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertThatExceptionOfType(ListenException.class).isThrownBy(() -> listen(file.resolve("app.sock")))
			.withMessageContaining(file + " is no directory");
	}

	@Test
	void whenPathIsRelativeThenItIsOfTheWorkingDirectory() throws Exception {
		Path path = Path.of("target", "relative-" + ProcessHandle.current().pid() + ".sock");
		try (Listener listener = listen(path)) {
			assertThat(listener.address()).isEqualTo("unix:" + path);
			assertThat(path).exists();
		}
		assertThat(path).doesNotExist();
	}

	private Listener listen(Path path) throws ListenException {
		return this.os.listen(new BindAddress.Unix(path), OPTIONS);
	}

	private static SocketChannel connect(Path path) throws Exception {
		return SocketChannel.open(UnixDomainSocketAddress.of(path));
	}

}
