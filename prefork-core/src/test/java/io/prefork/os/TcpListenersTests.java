package io.prefork.os;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class TcpListenersTests {

	private static final ListenOptions OPTIONS = new ListenOptions(16, false, Duration.ZERO);

	private static final int ADOPTED = 300;

	private final OperatingSystem os = OperatingSystem.current();

	@Test
	void whenHostIsEmptyThenBothFamiliesAreServed() throws Exception {
		try (Listener listener = this.os.listen(new BindAddress.Tcp("", 0), OPTIONS)) {
			int port = listener.port().orElseThrow();
			assertThat(port).isPositive();
			assertThat(listener.family()).isEqualTo(Listener.Family.INET6);
			assertThat(listener.address()).isEqualTo("[::]:" + port);
			connect("127.0.0.1", port).close();
			connect("::1", port).close();
		}
	}

	@Test
	void whenHostIsGivenThenItsFamilyIsUsed() throws Exception {
		try (Listener four = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS);
				Listener six = this.os.listen(BindAddress.parse("[::1]:0"), OPTIONS);
				Listener any = this.os.listen(BindAddress.parse("0.0.0.0:0"), OPTIONS);
				Listener name = this.os.listen(BindAddress.parse("localhost:0"), OPTIONS)) {
			assertThat(four.family()).isEqualTo(Listener.Family.INET);
			assertThat(four.address()).isEqualTo("127.0.0.1:" + four.port().orElseThrow());
			assertThat(six.family()).isEqualTo(Listener.Family.INET6);
			assertThat(six.address()).isEqualTo("[::1]:" + six.port().orElseThrow());
			assertThat(any.family()).isEqualTo(Listener.Family.INET);
			assertThat(any.address()).isEqualTo("0.0.0.0:" + any.port().orElseThrow());
			boolean inet6 = InetAddress.getByName("localhost") instanceof Inet6Address;
			assertThat(name.family()).isEqualTo(inet6 ? Listener.Family.INET6 : Listener.Family.INET);
			connect("127.0.0.1", four.port().orElseThrow()).close();
			connect("::1", six.port().orElseThrow()).close();
		}
	}

	@Test
	void whenKernelHasNoIpv6ThenIpv4IsServed() throws Exception {
		LibC libc = withoutIpv6();
		try (Listener listener = new TcpListeners(new NativeSockets(libc)).listen(new BindAddress.Tcp("", 0),
				OPTIONS)) {
			assertThat(listener.address()).isEqualTo("0.0.0.0:" + listener.port().orElseThrow());
		}
		assertThatExceptionOfType(ListenException.class)
			.isThrownBy(() -> new TcpListeners(new NativeSockets(libc)).listen(new BindAddress.Tcp("::1", 0), OPTIONS))
			.withMessage("Cannot listen on [::1]:0: the kernel has no IPv6");
	}

	@Test
	void whenSocketIsOpenedThenItLiesHighAndIsClosedOnExec() throws Exception {
		try (Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			assertThat(listener.descriptor()).isGreaterThanOrEqualTo(64);
			List<String> info = Files.readAllLines(Path.of("/proc/self/fdinfo/" + listener.descriptor()));
			int flags = Integer.parseInt(info.get(1).replaceAll("\\D", ""), 8);
			assertThat(flags & Linux.SOCK_CLOEXEC).isNotZero();
			assertThat(flags & Linux.O_NONBLOCK).isZero();
		}
	}

	@Test
	void whenListenerClosesThenNothingIsLeftOpen() throws Exception {
		Map<Integer, String> before = OpenDescriptors.socketsAndPipes();
		Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS);
		listener.close();
		listener.close();
		assertThat(listener.queued()).isEmpty();
		assertThat(OpenDescriptors.socketsAndPipes()).isEqualTo(before);
	}

	@Test
	void whenPortIsInUseThenErrorNamesAddressReasonAndRemedy() throws Exception {
		try (Listener first = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS)) {
			Map<Integer, String> before = OpenDescriptors.socketsAndPipes();
			int port = first.port().orElseThrow();
			assertThatExceptionOfType(ListenException.class)
				.isThrownBy(() -> this.os.listen(new BindAddress.Tcp("127.0.0.1", port), OPTIONS))
				.withMessage("Cannot listen on 127.0.0.1:" + port + ": the address is in use")
				.satisfies((ex) -> {
					assertThat(ex.address()).isEqualTo("127.0.0.1:" + port);
					assertThat(ex.remedy()).contains("ss -ltnp 'sport = :" + port + "'", "server.port", "prefork.bind");
				});
			assertThat(OpenDescriptors.socketsAndPipes()).isEqualTo(before);
		}
	}

	@Test
	void whenIpv4WildcardIsInUseThenAllInterfacesAreNotFree() throws Exception {
		try (Listener first = this.os.listen(BindAddress.parse("0.0.0.0:0"), OPTIONS)) {
			assertThatExceptionOfType(ListenException.class)
				.isThrownBy(() -> this.os.listen(new BindAddress.Tcp("", first.port().orElseThrow()), OPTIONS))
				.withMessageContaining("the address is in use");
		}
	}

	@Test
	void whenAddressIsNotOfThisMachineThenErrorSaysSo() {
		// TEST-NET-1 (RFC 5737) belongs to nobody.
		assertThatExceptionOfType(ListenException.class)
			.isThrownBy(() -> this.os.listen(BindAddress.parse("192.0.2.1:0"), OPTIONS))
			.withMessage("Cannot listen on 192.0.2.1:0: this machine does not have the address");
	}

	@Test
	void whenHostIsUnknownThenErrorSaysSo() {
		// RFC 2606: there is no such domain.
		assertThatExceptionOfType(ListenException.class)
			.isThrownBy(() -> this.os.listen(BindAddress.parse("nowhere.invalid:8080"), OPTIONS))
			.withMessage("Cannot listen on nowhere.invalid:8080: the host 'nowhere.invalid' is unknown");
	}

	@Test
	void whenPortIsReusableThenTwoSocketsShareIt() throws Exception {
		ListenOptions reuse = new ListenOptions(16, true, Duration.ZERO);
		try (Listener first = this.os.listen(BindAddress.parse("127.0.0.1:0"), reuse);
				Listener second = this.os.listen(new BindAddress.Tcp("127.0.0.1", first.port().orElseThrow()), reuse)) {
			assertThat(second.port()).isEqualTo(first.port());
		}
	}

	@Test
	void whenConnectionsWaitThenTheyAreCounted() throws Exception {
		try (Listener listener = this.os.listen(new BindAddress.Tcp("", 0), OPTIONS)) {
			assertThat(listener.backlog()).isEqualTo(16);
			assertThat(listener.queued()).hasValue(0);
			int port = listener.port().orElseThrow();
			try (Socket first = connect("127.0.0.1", port); Socket second = connect("::1", port)) {
				await().untilAsserted(() -> assertThat(listener.queued()).hasValue(2));
				try (ServerSocketChannel channel = adopt(listener); SocketChannel accepted = channel.accept()) {
					assertThat(listener.queued()).hasValue(1);
				}
			}
		}
	}

	@Test
	void whenFirstByteIsAwaitedThenConnectionIsQueuedWithIt() throws Exception {
		ListenOptions defer = new ListenOptions(16, false, Duration.ofMillis(29_500));
		try (Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"), defer);
				Socket client = connect("127.0.0.1", listener.port().orElseThrow())) {
			assertThat(listener.queued()).hasValue(0);
			client.getOutputStream().write('x');
			await().untilAsserted(() -> assertThat(listener.queued()).hasValue(1));
		}
	}

	@Test
	void whenNewConnectionsAreRefusedThenQueuedOnesAreStillServed() throws Exception {
		try (Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"), OPTIONS);
				Socket queued = connect("127.0.0.1", listener.port().orElseThrow())) {
			listener.refuseNew();
			assertThatExceptionOfType(SocketTimeoutException.class)
				.isThrownBy(() -> connect("127.0.0.1", listener.port().orElseThrow()));
			assertThat(listener.queued()).hasValue(1);
			try (ServerSocketChannel channel = adopt(listener); SocketChannel accepted = channel.accept()) {
				queued.getOutputStream().write('q');
				assertThat(accepted.socket().getInputStream().read()).isEqualTo('q');
				accepted.socket().getOutputStream().write('a');
				assertThat(queued.getInputStream().read()).isEqualTo('a');
			}
		}
	}

	@Test
	void whenNewConnectionsAreRefusedThenHandshakesInProgressComplete() throws Exception {
		ListenOptions defer = new ListenOptions(16, false, Duration.ofSeconds(30));
		try (Listener listener = this.os.listen(BindAddress.parse("[::1]:0"), defer);
				// Connected for the client; the kernel waits for a byte on the server's
				// side.
				Socket half = connect("::1", listener.port().orElseThrow())) {
			assertThat(listener.queued()).hasValue(0);
			listener.refuseNew();
			half.getOutputStream().write('h');
			await().untilAsserted(() -> assertThat(listener.queued()).hasValue(1));
			assertThatExceptionOfType(SocketTimeoutException.class)
				.isThrownBy(() -> connect("::1", listener.port().orElseThrow()));
		}
	}

	private static ServerSocketChannel adopt(Listener listener) throws IOException {
		InheritedDescriptors.duplicate(listener.descriptor(), ADOPTED);
		return InheritedDescriptors.adopt(ADOPTED, listener.family());
	}

	private static Socket connect(String host, int port) throws IOException {
		Socket socket = new Socket();
		try {
			socket.connect(new InetSocketAddress(host, port), 500);
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	private static LibC withoutIpv6() {
		LibC real = LibC.load();
		LibC.Functions functions = (LibC.Functions) Proxy.newProxyInstance(LibC.class.getClassLoader(),
				new Class<?>[] { LibC.Functions.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("socket") && arguments[0].equals(Linux.AF_INET6)) {
						real.runtime().setLastError(97);
						return -1;
					}
					try {
						return method.invoke(real.functions(), arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
		return new LibC(functions, real.runtime());
	}

}
