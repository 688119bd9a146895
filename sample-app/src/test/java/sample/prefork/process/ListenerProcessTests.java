package sample.prefork.process;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a pool listens.
 */
class ListenerProcessTests extends ProcessTestSupport {

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
