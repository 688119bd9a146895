package sample.prefork.process;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a pool listens.
 */
class ListenerProcessTests extends ProcessTestSupport {

	private static final Path PYTHON = Path.of("/usr/bin/python3");

	@Test
	void whenBoundToSeveralAddressesThenAllAreServed() throws SocketException {
		Path socket = this.directory.resolve("app.sock");
		int first = PoolLauncher.freePort();
		boolean ipv6 = hasIpv6Loopback();
		if (!ipv6) {
			System.out.println("Skipped: IPv6, which this machine has not");
		}
		PoolProcess pool = launcher().managementPort()
			.arguments("--prefork.bind=127.0.0.1:" + first + ",unix:" + socket + (ipv6 ? ",[::1]:" + first : ""))
			.start();
		assertThat(pool.awaitSettled(2).json().path("listeners")).hasSize(ipv6 ? 3 : 2);
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", first), "/whoami"));
		assertServed(Load.of(UnixDomainSocketAddress.of(socket), "/whoami"));
		if (ipv6) {
			assertServed(Load.of(new InetSocketAddress("::1", first), "/whoami"));
		}
		pool.signal("TERM");
		assertThat(pool.awaitExit(PoolProcess.SOON)).isZero();
		assertThat(socket).doesNotExist();
	}

	@Test
	void whenPortIsZeroThenTheRealOneIsReported() {
		PoolProcess pool = launcher().port(0).managementPort().start();
		JsonNode listener = pool.awaitSettled(2).json().path("listeners").path(0);
		String address = listener.path("address").asString();
		int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
		assertThat(port).isPositive();
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", port), "/whoami"));
	}

	/**
	 * As systemd does it: the sockets are open before the process is, and stay when it is
	 * gone.
	 */
	@Test
	void whenSocketsAreHandedOverThenTheyAreServedAndStayUsable() {
		if (!Files.isExecutable(PYTHON)) {
			System.out
				.println("whenSocketsAreHandedOverThenTheyAreServedAndStayUsable is skipped: there is no " + PYTHON);
		}
		Assumptions.assumeTrue(Files.isExecutable(PYTHON));
		int port = PoolLauncher.freePort();
		Path file = this.directory.resolve("app.sock");
		String program = """
				import fcntl, os, socket, sys
				tcp = socket.socket()
				tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
				tcp.bind(("127.0.0.1", %d))
				unix = socket.socket(socket.AF_UNIX)
				unix.bind("%s")
				passed = []
				for listener in (tcp, unix):
				    listener.listen(16)
				    passed.append(fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, 10))
				for _ in range(2):
				    child = os.fork()
				    if child == 0:
				        os.dup2(passed[0], 3)
				        os.dup2(passed[1], 4)
				        os.environ.update(LISTEN_FDS="2", LISTEN_FDNAMES="web:local", LISTEN_PID=str(os.getpid()))
				        os.execv(sys.argv[1], sys.argv[1:])
				    os.waitpid(child, 0)
				""".formatted(port, file);
		PoolProcess parent = launcher().port(0).managementPort().under(PYTHON.toString(), "-c", program).start();
		assertThat(parent.awaitSettled(2).json().path("listeners").valueStream())
			.extracting((listener) -> listener.path("address").asString())
			.containsExactly("127.0.0.1:" + port, "unix:" + file);
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", port), "/whoami"));
		assertServed(Load.of(UnixDomainSocketAddress.of(file), "/whoami"));
		for (long worker : parent.pool().pids()) {
			assertThat(Proc.environment(worker)).noneMatch((entry) -> entry.startsWith("LISTEN_"));
		}
		long first = parent.pool().json().path("master").path("pid").asLong();
		PoolProcess.signal("TERM", first);
		parent.awaitPool("a second master serves the same socket",
				(status) -> status.settledAt(2) && status.json().path("master").path("pid").asLong() != first);
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", port), "/whoami"));
		assertServed(Load.of(UnixDomainSocketAddress.of(file), "/whoami"));
		PoolProcess.signal("TERM", parent.pool().json().path("master").path("pid").asLong());
		assertThat(parent.awaitExit(PoolProcess.SOON)).isZero();
	}

	@Test
	void whenEachWorkerHasASocketOfItsOwnThenAllServe() {
		PoolProcess pool = startPool("--prefork.reuse-port=true");
		assertThat(Proc.listeners(pool.port())).hasSize(2);
		assertServed(Load.of(pool.address(), "/whoami"));
	}

	private static void assertServed(Load load) {
		Set<String> workers = new HashSet<>();
		Awaitility.await("both workers answer at " + load.address()).atMost(PoolProcess.BOOT).until(() -> {
			LoadResult result = StrictClient.run(load.clients(4).mode(Mode.CLOSE).requests(200));
			assertThat(result.answered()).as(result::toString).isEqualTo(200);
			workers.addAll(result.bodies().keySet());
			return workers.size() == 2;
		});
	}

	private static boolean hasIpv6Loopback() throws SocketException {
		return NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.anyMatch((address) -> address instanceof Inet6Address inet6 && inet6.isLoopbackAddress());
	}

}
