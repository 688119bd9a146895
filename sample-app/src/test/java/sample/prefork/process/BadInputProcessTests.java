package sample.prefork.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Settings that cannot work end with a failure analysis, status 1 and nothing left
 * behind.
 */
class BadInputProcessTests extends ProcessTestSupport {

	private static final Pattern ANY = Pattern.compile("");

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			prefork.workers       | 0
			prefork.workers       | many
			prefork.worker-class  | nonsense
			prefork.bind          | nonsense
			prefork.bind          | 127.0.0.1:99999
			prefork.bind          | fd://1
			prefork.bind          | fd://99
			prefork.bind          | unix:/no/such/directory/app.sock
			prefork.run-directory | /proc/version
			prefork.timeout       | soon
			prefork.user          | no-such-user
			""")
	void whenSettingCannotWorkThenItIsAnalysed(String setting, String value) {
		PoolProcess pool = launcher().arguments("--" + setting + "=" + value).start();
		assertRefused(pool, setting, value);
	}

	@Test
	void whenPortIsInUseThenItIsAnalysed() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
			PoolProcess pool = launcher().arguments("--server.port=" + taken.getLocalPort()).start();
			assertRefused(pool, "server.port", String.valueOf(taken.getLocalPort()));
		}
	}

	@Test
	void whenAsyncOnJavaWithoutVirtualThreadsThenItIsAnalysed() {
		boolean lacking = this.java.feature() < 21;
		if (!lacking) {
			System.out.println("Skipped: " + this.java + " has virtual threads");
		}
		assumeTrue(lacking);
		assertRefused(launcher().arguments("--prefork.worker-class=async").start(), "prefork.worker-class", "async");
	}

	/**
	 * Beans are known to workers alone, so it is the first of them that fails.
	 */
	@Test
	void whenWorkerClassIsNoBeanThenItIsAnalysed() {
		PoolProcess pool = launcher().arguments("--prefork.worker-class=@nobody").start();
		pool.expectProblems(ANY);
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(4);
		assertThat(pool.log().tail())
			.contains("'prefork.worker-class' is set to '@nobody', but the application has no such bean");
	}

	private static void assertRefused(PoolProcess pool, String setting, String value) {
		pool.expectProblems(ANY);
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(1);
		String printed = String.join("\n", pool.log().lines());
		assertThat(printed).contains("APPLICATION FAILED TO START", "Description:", "Action:", setting, value)
			.doesNotContain("\tat ");
		assertThat(pool.descendants()).isEmpty();
		assertThat(pool.runDirectory()).isEmptyDirectory();
	}

}
