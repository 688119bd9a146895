package sample.prefork.process;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import sample.secured.SecuredApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint on the application's port obeys the application's rules, and the pool runs
 * from an exploded class path.
 */
class SecurityProcessTests extends ProcessTestSupport {

	private static final String ADMINISTRATOR = authorization("admin:admin");

	private static final String USER = authorization("user:user");

	@Test
	void whenEndpointIsProtectedThenOnlyThoseAllowedSeeAndScale() {
		PoolProcess pool = launcher().main(SecuredApplication.class.getName(), TestClassPath.SECURED).start();
		awaitSettled(pool, 2);
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
		assertThat(pool.get("/actuator/prefork").status()).isEqualTo(401);
		assertThat(pool.request("GET", "/actuator/prefork", "", USER).status()).isEqualTo(403);
		assertThat(pool.post("/actuator/prefork", "{\"workers\":3}").status()).isEqualTo(401);
		assertThat(pool.request("POST", "/actuator/prefork", "{\"workers\":3}", USER).status()).isEqualTo(403);
		awaitSettled(pool, 2);
		assertThat(pool.request("POST", "/actuator/prefork", "{\"workers\":3}", ADMINISTRATOR).status()).isEqualTo(200);
		awaitSettled(pool, 3);
	}

	private static void awaitSettled(PoolProcess pool, int workers) {
		pool.await(workers + " workers accept", PoolProcess.BOOT, () -> {
			Answer answer = pool.request("GET", "/actuator/prefork", "", ADMINISTRATOR);
			return answer.status() == 200 && new PoolStatus(answer.json()).settledAt(workers);
		});
	}

	private static String authorization(String user) {
		return "Authorization: Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII));
	}

}
