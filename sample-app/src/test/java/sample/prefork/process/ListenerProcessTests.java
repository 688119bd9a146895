package sample.prefork.process;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

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
	 * As systemd does it: the socket is open before the process is, and stays when it is
	 * gone.
	 */
	@Test
	void whenSocketIsHandedOverThenItIsServedAndStaysUsable() {
		if (!Files.isExecutable(PYTHON)) {
			System.out.println("whenSocketIsHandedOverThenItIsServedAndStaysUsable is skipped: there is no " + PYTHON);
		}
		Assumptions.assumeTrue(Files.isExecutable(PYTHON));
		int port = PoolLauncher.freePort();
		String program = """
				import os, socket, sys
				listener = socket.socket()
				listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
				listener.bind(("127.0.0.1", %d))
				listener.listen(16)
				for _ in range(2):
				    child = os.fork()
				    if child == 0:
				        os.dup2(listener.fileno(), 3)
				        os.set_inheritable(3, True)
				        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
				        os.execv(sys.argv[1], sys.argv[1:])
				    os.waitpid(child, 0)
				""".formatted(port);
		PoolProcess parent = launcher().port(0).managementPort().under(PYTHON.toString(), "-c", program).start();
		assertThat(parent.awaitSettled(2).json().path("listeners").path(0).path("address").asString())
			.isEqualTo("127.0.0.1:" + port);
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", port), "/whoami"));
		long first = parent.pool().json().path("master").path("pid").asLong();
		PoolProcess.signal("TERM", first);
		parent.awaitPool("a second master serves the same socket",
				(status) -> status.settledAt(2) && status.json().path("master").path("pid").asLong() != first);
		assertServed(Load.of(new InetSocketAddress("127.0.0.1", port), "/whoami"));
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
		LoadResult result = StrictClient.run(load.clients(4).mode(Mode.CLOSE).requests(200));
		assertThat(result.answered()).as(result::toString).isEqualTo(200);
		assertThat(result.bodies()).as(result::toString).hasSize(2);
	}

	private static boolean hasIpv6Loopback() throws SocketException {
		return NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.anyMatch((address) -> address instanceof Inet6Address inet6 && inet6.isLoopbackAddress());
	}

}
