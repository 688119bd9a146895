package io.prefork.os;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

class InheritedDescriptorsTests {

	private static final ListenOptions OPTIONS = new ListenOptions(16, false, Duration.ZERO);

	private static final int ADOPTED = 320;

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1:0", "[::1]:0", "0.0.0.0:0" })
	void whenTcpListenerIsAdoptedThenItAccepts(String address) throws Exception {
		try (Listener listener = this.os.listen(BindAddress.parse(address), OPTIONS);
				ServerSocketChannel channel = adopt(listener)) {
			InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
			assertThat(local.getPort()).isEqualTo(listener.port().orElseThrow());
			assertThat(channel.isBlocking()).isTrue();
			assertServes(channel, local);
		}
	}

	@Test
	void whenDualStackListenerIsAdoptedThenItAcceptsBothFamilies() throws Exception {
		try (Listener listener = this.os.listen(new BindAddress.Tcp("", 0), OPTIONS);
				ServerSocketChannel channel = adopt(listener)) {
			assertServes(channel, new InetSocketAddress("127.0.0.1", listener.port().orElseThrow()));
			assertServes(channel, new InetSocketAddress("::1", listener.port().orElseThrow()));
		}
	}

	@Test
	void whenUnixListenerIsAdoptedThenItAccepts() throws Exception {
		Path path = this.directory.resolve("app.sock");
		try (Listener listener = this.os.listen(new BindAddress.Unix(path), OPTIONS);
				ServerSocketChannel channel = adopt(listener)) {
			assertThat(channel.getLocalAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
			assertServes(channel, channel.getLocalAddress());
			channel.close();
			assertThat(path).exists();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1:0", "unix" })
	void whenChannelClosesThenBlockedAcceptIsFreedAndTheOthersGoOn(String address) throws Exception {
		BindAddress bind = address.equals("unix") ? new BindAddress.Unix(this.directory.resolve("app.sock"))
				: BindAddress.parse(address);
		try (Listener listener = this.os.listen(bind, OPTIONS);
				ServerSocketChannel sibling = adopt(listener, ADOPTED + 1)) {
			SocketAddress local = sibling.getLocalAddress();
			ServerSocketChannel channel = adopt(listener);
			AtomicReference<Thread> acceptor = new AtomicReference<>();
			CompletableFuture<Void> accepted = CompletableFuture.runAsync(() -> accept(channel, acceptor));
			await().until(() -> acceptor.get() != null && isInAccept(acceptor.get()));
			channel.close();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(accepted::join)
				.withCauseInstanceOf(IllegalStateException.class)
				.withRootCauseInstanceOf(AsynchronousCloseException.class);
			assertThat(OpenDescriptors.here()).doesNotContainKey(ADOPTED);
			assertServes(sibling, local);
		}
	}

	@Test
	void whenDescriptorIsNoListeningSocketThenErrorSaysWhatItIs() throws Exception {
		assertThatIOException().isThrownBy(() -> InheritedDescriptors.adopt(399, Listener.Family.INET))
			.withMessage("Descriptor 399 is no open socket: Bad file descriptor");
		Path file = this.directory.resolve("file");
		try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
			int descriptor = OpenDescriptors.of(file);
			assertThatIOException().isThrownBy(() -> InheritedDescriptors.adopt(descriptor, Listener.Family.INET))
				.withMessageStartingWith("Descriptor " + descriptor + " is no open socket: ");
			assertThat(open.getFD().valid()).isTrue();
		}
		LibC.Functions libc = LibC.load().functions();
		int socket = libc.socket(Linux.AF_INET, Linux.SOCK_STREAM, 0);
		assertThatIOException().isThrownBy(() -> InheritedDescriptors.adopt(socket, Listener.Family.INET))
			.withMessage("Descriptor " + socket + " is a socket that does not listen");
		InheritedDescriptors.close(socket);
	}

	@Test
	void whenFamilyIsAnotherThenErrorSaysSo() throws Exception {
		try (Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			assertThatIOException()
				.isThrownBy(() -> InheritedDescriptors.adopt(listener.descriptor(), Listener.Family.UNIX))
				.withMessage("Descriptor " + listener.descriptor() + " is no socket of family UNIX");
			assertThat(listener.queued()).hasValue(0);
		}
	}

	@Test
	void whenDescriptorIsNotOpenThenItCanBeNeitherDuplicatedNorClosed() {
		assertThatIOException().isThrownBy(() -> InheritedDescriptors.duplicate(399, 398))
			.withMessageStartingWith("Cannot duplicate descriptor 399 to 398: ");
		assertThatIOException().isThrownBy(() -> InheritedDescriptors.close(399))
			.withMessageStartingWith("Cannot close descriptor 399: ");
	}

	@Test
	void whenWorkerTakesTheMastersOutputThenItWritesThere() throws Exception {
		Path file = this.directory.resolve("console");
		try (RandomAccessFile console = new RandomAccessFile(file.toFile(), "rw")) {
			Path boot = run(ProbeMain.OPENS, List.of(OpenDescriptors.of(file)), "restore-output");
			assertThat(boot).hasContent("to the boot log\n");
			assertThat(file).hasContent("to the console\n");
		}
	}

	@Test
	void whenPackagesAreNotOpenThenErrorNamesTheFlags() throws Exception {
		assertThat(run(List.of(), List.of(), "adopt")).content()
			.contains("IllegalStateException", "--add-opens java.base/sun.nio.ch=ALL-UNNAMED",
					"--add-opens java.base/java.io=ALL-UNNAMED");
	}

	private Path run(List<String> flags, List<Integer> descriptors, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(ProbeMain.command(flags, arguments));
		Path output = this.directory.resolve("output");
		int pid = this.os.spawn(new SpawnRequest(command, Map.of(), output, descriptors));
		assertThat(this.os.await(pid)).as(Files.readString(output)).isEqualTo(new ExitStatus.Exited(0));
		return output;
	}

	private static ServerSocketChannel adopt(Listener listener) throws IOException {
		return adopt(listener, ADOPTED);
	}

	private static ServerSocketChannel adopt(Listener listener, int descriptor) throws IOException {
		InheritedDescriptors.duplicate(listener.descriptor(), descriptor);
		return InheritedDescriptors.adopt(descriptor, listener.family());
	}

	private static void accept(ServerSocketChannel channel, AtomicReference<Thread> acceptor) {
		acceptor.set(Thread.currentThread());
		try {
			channel.accept().close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isInAccept(Thread thread) {
		StackTraceElement[] stack = thread.getStackTrace();
		return stack.length > 0 && stack[0].isNativeMethod();
	}

	private static void assertServes(ServerSocketChannel channel, SocketAddress address) throws IOException {
		try (SocketChannel client = SocketChannel.open(address); SocketChannel accepted = channel.accept()) {
			client.write(ByteBuffer.wrap(new byte[] { 'x' }));
			ByteBuffer received = ByteBuffer.allocate(1);
			accepted.read(received);
			assertThat(received.get(0)).isEqualTo((byte) 'x');
		}
	}

}
