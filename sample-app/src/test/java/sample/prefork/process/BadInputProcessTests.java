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
 * behind; requests that cannot be right change nothing.
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

	@Test
	void whenRequestToTheEndpointIsWrongThenSentenceAndNothingChanges() {
		PoolProcess pool = startPool();
		PoolStatus before = pool.pool();
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":0}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":-3}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":1000000}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":99999999999999999999}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":\"x\"}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":", "");
		assertBadRequest(pool, "/actuator/prefork/up", "{\"by\":-1}", "by");
		assertBadRequest(pool, "/actuator/prefork/down", "{\"by\":\"all\"}", "by");
		assertBadRequest(pool, "/actuator/prefork/reload", "{\"wait\":\"perhaps\"}", "wait");
		assertThat(pool.request("DELETE", "/actuator/prefork/99", "").status()).isEqualTo(404);
		PoolStatus after = pool.awaitSettled(2);
		assertThat(after.pids()).isEqualTo(before.pids());
		assertThat(after.generation()).isEqualTo(1);
	}

	private static void assertBadRequest(PoolProcess pool, String path, String json, String field) {
		Answer answer = pool.post(path, json);
		assertThat(answer.status()).as("%s: %s", json, answer.text()).isEqualTo(400);
		assertThat(answer.text()).as("sentence on %s", json).contains(field).hasSizeGreaterThan(10);
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
