package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import io.prefork.pool.RespawnPolicy;
import io.prefork.pool.StaffingPolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PoolSettingsTests {

	private static final ClientLimits CLIENTS = new ClientLimits(Duration.ofSeconds(30), 240, 240,
			Duration.ofSeconds(10), 1000, 0);

	@Test
	void whenNothingIsSetThenTheDefaultsAreThoseThatAnApplicationKeepsWorkingWith() {
		PoolSettings settings = settings();
		assertThat(settings.workerSettings(2)).isEqualTo(new WorkerSettings(WorkerType.GTHREAD, 200, 2, 1000,
				Optional.empty(), Duration.ofSeconds(3), Duration.ofSeconds(30), CLIENTS));
		assertThat(settings.requestLimits())
			.isEqualTo(new RequestLimits(Duration.ZERO, Duration.ZERO, false, Duration.ZERO, 0.5));
		assertThat(settings.umask()).isEmpty();
		assertThat(settings.deferAccept()).isZero();
		assertThat(settings.staffing().policy()).isEqualTo(new StaffingPolicy(0,
				Math.max(1, Runtime.getRuntime().availableProcessors() / 4), RespawnPolicy.DEFAULT));
		assertThat(settings.staffing().bootConcurrency())
			.isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
	}

	@Test
	void whenEverythingIsSetThenItIsTaken() {
		PoolSettings settings = settings("prefork.worker-class=GThread", "prefork.threads=16",
				"prefork.overflow-threads=4", "prefork.worker-connections=50", "prefork.keep-alive=5s",
				"prefork.drain-quiet-period=1s", "prefork.graceful-timeout=10s", "prefork.umask=0027",
				"prefork.defer-accept=2s", "prefork.boot-concurrency=3", "prefork.backlog=65535",
				"prefork.max-workers=512", "prefork.keep-alive-requests=100", "prefork.request-head-timeout=5s",
				"prefork.min-request-rate=1KB", "prefork.min-response-rate=0", "prefork.slow-client-grace=2s");
		assertThat(settings.workerSettings(2)).isEqualTo(new WorkerSettings(WorkerType.GTHREAD, 16, 4, 50,
				Optional.of(Duration.ofSeconds(5)), Duration.ofSeconds(1), Duration.ofSeconds(10),
				new ClientLimits(Duration.ofSeconds(5), 1024, 0, Duration.ofSeconds(2), 100)));
		assertThat(settings.umask()).contains(0027);
		assertThat(settings.deferAccept()).isEqualTo(Duration.ofSeconds(2));
		assertThat(settings.staffing().bootConcurrency()).isEqualTo(3);
	}

	@Test
	void whenStaffingIsSetThenItIsTaken() {
		assertThat(settings("prefork.spare-workers=2", "prefork.boot-concurrency=6", "prefork.respawn.window=2m",
				"prefork.respawn.max-exits=7", "prefork.respawn.max-exits-per-slot=3",
				"prefork.respawn.fatal-exit-codes=78,1")
			.staffing()
			.policy())
			.isEqualTo(new StaffingPolicy(2, 3, new RespawnPolicy(3, 7, Duration.ofMinutes(2), Set.of(1, 78))));
		assertThat(settings("prefork.boot-concurrency=6", "prefork.boot-concurrency-serving=2").staffing()
			.policy()
			.bootsWhileServing()).isEqualTo(2);
	}

	@Test
	void whenRequestsAreLimitedThenTheLimitsAreTaken() {
		assertThat(settings("prefork.slow-request-threshold=500ms", "prefork.request-soft-timeout=5",
				"prefork.request-interrupt=true", "prefork.request-timeout=10", "prefork.request-timeout-share=0.25")
			.requestLimits())
			.isEqualTo(new RequestLimits(Duration.ofMillis(500), Duration.ofSeconds(5), true, Duration.ofSeconds(10),
					0.25));
	}

	@ParameterizedTest
	@CsvSource({ "prefork.timeout=7s,7", "prefork.timeout=0,0", "prefork.request-timeout=3s,3",
			"prefork.request-timeout=0,0", "prefork.backlog=1,30" })
	void whenWorkersAreSyncThenRequestsHaveTheTimeoutOfTheHeartbeatUnlessSetOtherwise(String setting, int seconds) {
		assertThat(settings("prefork.worker-class=sync", setting).requestLimits().hard())
			.isEqualTo(Duration.ofSeconds(seconds));
	}

	@Test
	void whenSoftTimeoutIsNotBeforeTheTimeoutThenItIsRefused() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("prefork.request-soft-timeout=10s", "prefork.request-timeout=10s"))
			.withMessageContaining("prefork.request-soft-timeout");
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("prefork.worker-class=sync", "prefork.request-soft-timeout=60s"))
			.withMessageContaining("prefork.request-soft-timeout");
		assertThat(settings("prefork.request-soft-timeout=60s").requestLimits().soft())
			.isEqualTo(Duration.ofSeconds(60));
	}

	@Test
	void whenADurationHasNoUnitThenItIsInSecondsAsInGunicorn() {
		PoolSettings settings = settings("prefork.timeout=60", "prefork.graceful-timeout=45", "prefork.keep-alive=2",
				"prefork.boot-timeout=90", "prefork.drain-quiet-period=1", "prefork.defer-accept=3");
		assertThat(settings.properties().getTimeout()).isEqualTo(Duration.ofSeconds(60));
		assertThat(settings.properties().getBootTimeout()).isEqualTo(Duration.ofSeconds(90));
		assertThat(settings.workerSettings(2)).isEqualTo(new WorkerSettings(WorkerType.GTHREAD, 200, 2, 1000,
				Optional.of(Duration.ofSeconds(2)), Duration.ofSeconds(1), Duration.ofSeconds(45), CLIENTS));
		assertThat(settings.deferAccept()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void whenValuesAreEmptyThenTheDefaultsApply() {
		assertThat(settings("prefork.worker-class=", "prefork.threads=", "prefork.timeout=", "prefork.umask=",
				"prefork.keep-alive=", "prefork.defer-accept=", "prefork.boot-concurrency=")
			.workerSettings(2)).isEqualTo(settings().workerSettings(2));
	}

	@Test
	void whenWorkersAreSyncThenTheyServeOneRequestAndSilentConnectionsAreHeldBack() {
		PoolSettings settings = settings("prefork.worker-class=sync", "prefork.threads=16");
		assertThat(settings.workerSettings(2).threads()).isEqualTo(1);
		assertThat(settings.workerSettings(2).slots()).isEqualTo(1);
		assertThat(settings.deferAccept()).isEqualTo(Duration.ofSeconds(1));
		assertThat(settings("prefork.worker-class=sync", "prefork.defer-accept=0").deferAccept()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "50,50", "20000,20000", "0,1000", "-1,1000" })
	void whenConnectionsAreNotSetThenThoseOfTomcatApplyAsBootTakesThem(int tomcat, int connections) {
		String ofTomcat = "server.tomcat.max-connections=" + tomcat;
		assertThat(settings(ofTomcat).workerSettings(2).workerConnections()).isEqualTo(connections);
		assertThat(settings(ofTomcat, "prefork.worker-connections=7").workerSettings(2).workerConnections())
			.isEqualTo(7);
	}

	@ParameterizedTest
	@CsvSource({ "50,50", "0,0", "-1,0" })
	void whenRequestsPerConnectionAreNotSetThenThoseOfTomcatApply(int tomcat, int requests) {
		String ofTomcat = "server.tomcat.max-keep-alive-requests=" + tomcat;
		assertThat(settings(ofTomcat).workerSettings(2).clients().keepAliveRequests()).isEqualTo(requests);
		assertThat(settings(ofTomcat, "prefork.keep-alive-requests=7").workerSettings(2).clients().keepAliveRequests())
			.isEqualTo(7);
	}

	@ParameterizedTest
	@CsvSource({ "50,50", "1,1", "0,200", "-1,200" })
	void whenThreadsAreNotSetThenThoseOfTomcatApplyAsBootTakesThem(int tomcat, int threads) {
		assertThat(settings("server.tomcat.threads.max=" + tomcat).workerSettings(2).threads()).isEqualTo(threads);
		assertThat(settings("server.tomcat.threads.max=" + tomcat, "prefork.threads=7").workerSettings(2).threads())
			.isEqualTo(7);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					prefork.max-workers         | 0                   | which is not between 1 and 512 | a number from 1 to 512
					prefork.max-workers         | 513                 | which is not between 1 and 512 | a number from 1 to 512
					prefork.request-timeout       | PT0.5S | which is shorter than a second        | a duration of 1s or more
					prefork.request-timeout       | PT-1S | which is negative                     | a duration such as 30s
					prefork.request-soft-timeout  | PT-1S | which is negative                     | a duration such as 30s
					prefork.slow-request-threshold | PT-1S | which is negative                     | a duration such as 30s
					prefork.request-timeout-share | 0.0   | which is not above 0 and at most 1    | such as 0.5
					prefork.request-timeout-share | 1.01  | which is not above 0 and at most 1    | such as 0.5
					prefork.request-interrupt     | true  | which is without effect               | false, or 'prefork.request-soft-timeout'
					prefork.worker-connections  | 0                   | not between 1 and 2147483647   | a number from 1 to
					prefork.max-requests        | -1                  | not between 0 and              | a number from 0 to
					prefork.max-requests        | 9223372036854775807 | not between 0 and              | a number from 0 to
					prefork.max-requests-jitter | -1                  | not between 0 and 2147483647   | a number from 0 to
					prefork.max-requests-jitter | 9999999999          | not between 0 and 2147483647   | a number from 0 to
					prefork.backlog             | 0                   | which is not between 1 and     | a number from 1 to 65535
					prefork.backlog             | 65536               | which is not between 1 and     | a number from 1 to 65535
					prefork.threads             | 0                   | which is not between 1 and     | a number from 1 to
					prefork.boot-concurrency    | 0                   | which is not between 1 and 512 | a number from 1 to 512
					prefork.boot-concurrency    | 513                 | which is not between 1 and 512 | a number from 1 to 512
					prefork.boot-concurrency-serving | 0              | which is not between 1 and 512 | a number from 1 to 512
					prefork.spare-workers       | -1                  | which is not between 0 and 512 | a number from 0 to 512
					prefork.spare-workers       | 513                 | which is not between 0 and 512 | a number from 0 to 512
					prefork.respawn.max-exits   | 0                   | not between 1 and 10000        | a number from 1 to 10000
					prefork.respawn.max-exits-per-slot | 0            | not between 1 and 10000        | a number from 1 to 10000
					prefork.respawn.window      | PT59S               | which is not between 1m and 1d | a duration from 1m to 1d
					prefork.respawn.window      | PT25H               | which is not between 1m and 1d | a duration from 1m to 1d
					prefork.respawn.fatal-exit-codes | 256            | which is not between 0 and 255 | a number from 0 to 255
					prefork.timeout             | PT-1S               | which is negative              | a duration such as 30s
					prefork.boot-timeout        | PT-1S               | which is negative              | a duration such as 30s
					prefork.upgrade-timeout     | PT0.9S              | which is not from 1s to 1h     | a duration such as 60s
					prefork.upgrade-timeout     | PT1H1M              | which is not from 1s to 1h     | a duration such as 60s
					prefork.graceful-timeout    | PT-1S               | which is negative              | a duration such as 30s
					prefork.drain-quiet-period  | PT-1S               | which is negative              | a duration such as 30s
					prefork.keep-alive          | PT-1S               | which is negative              | a duration such as 30s
					prefork.defer-accept        | PT-1S               | which is negative              | a duration such as 30s
					prefork.slow-client-grace   | PT-1S               | which is negative              | a duration such as 30s
					prefork.request-head-timeout | PT-1S              | which is negative              | a duration such as 30s
					prefork.request-head-timeout | PT0.1S             | shorter than a second          | 1s or more, such as 30s
					prefork.min-request-rate    | -1B                 | which is negative              | the bytes per second
					prefork.min-response-rate   | -1B                 | which is negative              | the bytes per second
					prefork.keep-alive-requests | -1                  | not between 0 and              | a number from 0 to
					prefork.timeout             | PT0.3S              | shorter than a second          | 1s or more, such as 30s
					prefork.boot-timeout        | PT0.12S             | shorter than a second          | 1s or more, such as 30s
					prefork.timeout             | PT8761H             | longer than a year             | at most 365d
					prefork.graceful-timeout    | PT8761H             | longer than a year             | at most 365d
					prefork.umask               | 0999                | no file mode creation mask     | an octal number up to 0777
					prefork.umask               | 1777                | no file mode creation mask     | an octal number up to 0777
					prefork.umask               | rwx                 | no file mode creation mask     | an octal number up to 0777
					prefork.worker-class        | gevent              | which is no worker class       | 'sync' or 'gthread' or 'async'
					prefork.worker-class        | reactive            | servlet application on Tomcat  | 'sync' or 'gthread' or 'async'
					""")
	void whenAValueCannotBeWorkedWithThenSettingValueReasonAndRemedyAreNamed(String setting, String value,
			String reason, String remedy) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> settings(setting + "=" + value))
			.withMessageStartingWith("'" + setting + "' is set to '" + value + "', which is ")
			.withMessageContaining(reason)
			.satisfies((ex) -> assertThat(ex.getRemedy()).startsWith("Set '" + setting + "' to ").contains(remedy));
	}

	@ParameterizedTest
	@ValueSource(strings = { "prefork.max-workers=many", "prefork.timeout=soon", "prefork.threads=1.5",
			"prefork.backlog=99999999999", "server.tomcat.threads.max=many", "spring.threads.virtual.enabled=perhaps" })
	void whenAValueIsOfTheWrongTypeThenBootCanAnalyzeTheFailure(String setting) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> settings(setting).workerSettings(2));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whenJavaHasNoVirtualThreadsThenAsyncIsRefusedAndIsNotTheDefault() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("prefork.worker-class=async"))
			.withMessage("'prefork.worker-class' is set to 'async', which needs virtual threads, but this is Java "
					+ Runtime.version().feature() + ".")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("Java 21 or later").contains("'gthread'"));
		assertThat(settings("spring.threads.virtual.enabled=true").type()).isEqualTo(WorkerType.GTHREAD);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenJavaHasVirtualThreadsThenAsyncServesAsManyAsThereAreConnectionsAndIsTheDefaultIfTheyAreOn() {
		WorkerSettings settings = settings("prefork.worker-class=async", "prefork.worker-connections=77")
			.workerSettings(2);
		assertThat(settings.type()).isEqualTo(WorkerType.ASYNC);
		assertThat(settings.slots()).isEqualTo(77);
		assertThat(settings("spring.threads.virtual.enabled=true").type()).isEqualTo(WorkerType.ASYNC);
		assertThat(settings("spring.threads.virtual.enabled=true", "prefork.worker-class=gthread").type())
			.isEqualTo(WorkerType.GTHREAD);
	}

	@Test
	void whenApplicationIsReactiveThenWorkersAreToo() {
		WorkerSettings settings = on(WebServer.REACTOR_NETTY, "prefork.worker-connections=77",
				"spring.threads.virtual.enabled=true")
			.workerSettings(2);
		assertThat(settings.type()).isEqualTo(WorkerType.REACTIVE);
		assertThat(settings.slots()).isEqualTo(77);
		assertThat(on(WebServer.REACTIVE_TOMCAT).type()).isEqualTo(WorkerType.REACTIVE);
		assertThat(on(WebServer.REACTIVE_TOMCAT, "prefork.worker-class=gthread").type()).isEqualTo(WorkerType.GTHREAD);
	}

	@Test
	void whenServerIsReactorNettyThenThreadsAreItsEventLoops() {
		assertThat(on(WebServer.REACTOR_NETTY).workerSettings(2).threads()).isEqualTo(4);
		assertThat(on(WebServer.REACTOR_NETTY).workerSettings(8).threads()).isEqualTo(8);
		assertThat(on(WebServer.REACTOR_NETTY, "prefork.threads=3").workerSettings(8).threads()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "sync", "gthread", "async" })
	void whenServerCannotHostTheWorkerClassThenSettingValueReasonAndRemedyAreNamed(String type) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> on(WebServer.REACTOR_NETTY, "prefork.worker-class=" + type))
			.withMessage("'prefork.worker-class' is set to '" + type
					+ "', which is no worker class for a reactive application on Reactor Netty.")
			.satisfies((ex) -> assertThat(ex.getRemedy())
				.isEqualTo("Set 'prefork.worker-class' to 'reactive', or leave it out."));
	}

	private static PoolSettings settings(String... settings) {
		return on(WebServer.TOMCAT, settings);
	}

	private static PoolSettings on(WebServer server, String... settings) {
		return PoolSettings.of(PreparedEnvironment.of(settings), server);
	}

}
