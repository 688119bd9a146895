package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

import io.prefork.pool.ExitCause.Code;
import io.prefork.pool.ExitCause.Code.Ending;
import io.prefork.pool.Postmortem.Memory;
import io.prefork.pool.Postmortem.OomKill;
import io.prefork.pool.Postmortem.Traces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Which end is put down to which cause.
 */
class CauseOfDeathTests {

	private static final Memory ROOMY = new Memory(300 << 20, 60 << 20, 256 << 20);

	private static final Memory FULL = new Memory(300 << 20, 255 << 20, 256 << 20);

	private static final Postmortem.Crash SEGV = new Postmortem.Crash("SIGSEGV in C [libz.so+0x1]", false, "hs_err",
			"#");

	private static final Postmortem.Crash NO_MEMORY = new Postmortem.Crash("Native memory allocation failed", true,
			"hs_err", "#");

	static Stream<Arguments> ends() {
		return Stream.of(
				// System.exit says goodbye, Runtime.halt does not
				arguments(0, true, Postmortem.NONE, new Code(0, Ending.SHUTDOWN)),
				arguments(7, true, Postmortem.NONE, new Code(7, Ending.SHUTDOWN)),
				arguments(7, false, Postmortem.NONE, new Code(7, Ending.HALT)),
				// ExitOnOutOfMemoryError, and what only looks like it
				arguments(3, false, found(OomKill.UNKNOWN, "", true, true, ROOMY),
						new ExitCause.OutOfMemory("heap 60 MiB of 256 MiB, so rather another memory")),
				arguments(3, false, found(OomKill.UNKNOWN, "", true, false, FULL),
						new ExitCause.OutOfMemory("heap 255 MiB of 256 MiB")),
				arguments(3, false, found(OomKill.UNKNOWN, "", true, true, Memory.UNKNOWN),
						new ExitCause.OutOfMemory("")),
				arguments(3, false, found(OomKill.UNKNOWN, "", true, false, ROOMY), new Code(3, Ending.HALT)),
				arguments(3, false, found(OomKill.UNKNOWN, "", false, true, FULL), new Code(3, Ending.HALT)),
				arguments(3, true, found(OomKill.UNKNOWN, "", true, true, FULL), new Code(3, Ending.SHUTDOWN)),
				arguments(7, false, found(OomKill.UNKNOWN, "", true, true, FULL), new Code(7, Ending.HALT)),
				// Where no core is dumped the JVM exits with status 1
				arguments(1, false, crash(SEGV), new ExitCause.JvmCrash("SIGSEGV in C [libz.so+0x1]", "hs_err")),
				arguments("SIGABRT", false, crash(SEGV),
						new ExitCause.JvmCrash("SIGSEGV in C [libz.so+0x1]", "hs_err")),
				arguments(1, false, crash(NO_MEMORY),
						new ExitCause.OutOfMemory("Native memory allocation failed (hs_err)")),
				arguments("SIGABRT", false, Postmortem.NONE, new ExitCause.Signalled("SIGABRT")),
				arguments("SIGXCPU", false, Postmortem.NONE,
						new ExitCause.Signalled("SIGXCPU", "its limit of processor time (ulimit -t) is used up")),
				// The kernel's OOM killer, and what only looks like it
				arguments("SIGKILL", false, found(OomKill.COUNTED, "", true, true, ROOMY),
						new ExitCause.OomKilled(300 << 20)),
				arguments("SIGKILL", false, found(OomKill.NOT_COUNTED, "full", true, true, FULL),
						new ExitCause.Signalled("SIGKILL")),
				arguments("SIGKILL", false, found(OomKill.UNKNOWN, "", true, true, FULL),
						new ExitCause.Signalled("SIGKILL")),
				arguments("SIGKILL", false, found(OomKill.UNKNOWN, "full", true, true, ROOMY),
						new ExitCause.Signalled("SIGKILL", "perhaps by the kernel's OOM killer: full")),
				arguments("SIGTERM", false, found(OomKill.COUNTED, "full", true, true, ROOMY),
						new ExitCause.Signalled("SIGTERM")));
	}

	@ParameterizedTest
	@MethodSource("ends")
	void whenNobodyAskedForItThenTheCauseIsHowItWent(Object end, boolean shuttingDown, Postmortem found,
			ExitCause cause) {
		PoolScript script = PoolScript.running(2);
		if (shuttingDown) {
			script.on(new Event.ShuttingDown(script.worker(1)));
		}
		die(script, end, found);
		assertThat(script.lastObituary().cause()).isEqualTo(cause);
		assertThat(script.view().causes()).containsEntry(cause.kind(), 1L);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.CRASH, 1L);
	}

	@ParameterizedTest
	@MethodSource("ends")
	void whenItWasNotReadyThenTheCauseIsAFailedBootThatSaysHow(Object end, boolean shuttingDown, Postmortem found,
			ExitCause cause) {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 3));
		script.spawned(3);
		script.on(new Event.Connected(script.worker(3)));
		if (shuttingDown) {
			script.on(new Event.ShuttingDown(script.worker(3)));
		}
		die(script, 3, end, found);
		assertThat(script.lastObituary().cause())
			.isEqualTo(new ExitCause.BootFailure(false, cause.describe() + " before it was ready"));
	}

	static Stream<Arguments> endsOnTheWayOut() {
		ExitCause told = new ExitCause.Voluntary("scale-down");
		return Stream.of(arguments(0, Postmortem.NONE, told), arguments(143, Postmortem.NONE, told),
				arguments("SIGTERM", Postmortem.NONE, told),
				arguments("SIGKILL", found(OomKill.COUNTED, "", true, true, ROOMY), new ExitCause.OomKilled(300 << 20)),
				arguments("SIGABRT", crash(SEGV), new ExitCause.JvmCrash("SIGSEGV in C [libz.so+0x1]", "hs_err")),
				arguments(3, found(OomKill.UNKNOWN, "", true, true, FULL),
						new ExitCause.OutOfMemory("heap 255 MiB of 256 MiB")));
	}

	@ParameterizedTest
	@MethodSource("endsOnTheWayOut")
	void whenToldToLeaveThenOnlyWhatNoOrderBringsAboutComesFirst(Object end, Postmortem found, ExitCause cause) {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 1));
		die(script, end, found);
		assertThat(script.lastObituary().cause()).isEqualTo(cause);
	}

	@Test
	void whenTheMasterHasKilledItThenTheReasonForThatComesFirst() {
		PoolScript script = PoolScript.running(1);
		script.silence(1);
		script.passSeconds(40);
		die(script, "SIGKILL", found(OomKill.COUNTED, "full", true, true, FULL));
		assertThat(script.lastObituary().cause()).isInstanceOf(ExitCause.HeartbeatTimeout.class);
	}

	@Test
	void whenItHeldRequestsThenTheLineOfTheLogNamesTheOldest() {
		PoolScript script = PoolScript.running(2);
		script.load(1, 5, 70);
		script.passSeconds(1);
		List<Action> actions = die(script, "SIGSEGV",
				new Postmortem(Optional.of(Instant.EPOCH), Traces.NONE, Optional.empty(), FULL,
						List.of(new Postmortem.InFlight("GET /report", Duration.ofMillis(4200)),
								new Postmortem.InFlight("POST /x", Duration.ofMillis(10))),
						"last words"));
		assertThat(PoolScript.lines(Action.Severity.WARN, actions))
			.containsExactly("worker 0 (pid 101) ended: killed by SIGSEGV, 1 s after it was started with 5 in flight"
					+ " (GET /report for 4.2 s, POST /x for 10 ms); respawning in 100 ms");
		Obituary obituary = script.lastObituary();
		assertThat(obituary.inFlight()).isEqualTo(5);
		assertThat(obituary.requests()).isEqualTo(70);
		assertThat(obituary.found().output()).isEqualTo("last words");
		assertThat(PoolScript.only(Action.Announce.class, actions)).containsExactly(new Action.Announce(obituary));
	}

	@Test
	void whenCausesAreDescribedThenTheySayWhatIsKnown() {
		assertThat(new Code(7, Ending.SHUTDOWN).describe()).isEqualTo("exited with status 7 (System.exit)");
		assertThat(new Code(0, Ending.SHUTDOWN).describe())
			.isEqualTo("exited with status 0 (System.exit, or its last thread ended)");
		assertThat(new Code(130, Ending.SHUTDOWN).describe())
			.isEqualTo("exited with status 130 (System.exit, or SIGINT)");
		assertThat(new Code(3, Ending.HALT).describe())
			.isEqualTo("exited with status 3 (without a shutdown: Runtime.halt, or native code)");
		assertThat(new ExitCause.OomKilled(300 << 20).describe())
			.isEqualTo("killed by SIGKILL of the kernel's OOM killer, resident memory 300 MiB");
		assertThat(new ExitCause.Signalled("SIGKILL", "perhaps").describe())
			.isEqualTo("killed by SIGKILL, not sent by the master; perhaps");
		assertThat(new ExitCause.OutOfMemory("").describe()).isEqualTo("its JVM ran out of memory");
		assertThat(new ExitCause.JvmCrash("SIGSEGV in C", "/srv/hs_err_pid7.log").describe())
			.isEqualTo("crash of its JVM: SIGSEGV in C (/srv/hs_err_pid7.log)");
	}

	private static List<Action> die(PoolScript script, Object end, Postmortem found) {
		return die(script, 1, end, found);
	}

	private static List<Action> die(PoolScript script, int serial, Object end, Postmortem found) {
		OptionalInt code = (end instanceof Integer number) ? OptionalInt.of(number) : OptionalInt.empty();
		String signal = (end instanceof String name) ? name : "";
		return script.on(new Event.Exited(script.worker(serial), code, signal, "", found));
	}

	private static Postmortem found(OomKill oomKill, String pressure, boolean exitsOnOutOfMemory, boolean uncleaned,
			Memory memory) {
		return new Postmortem(Optional.empty(), new Traces(oomKill, pressure, exitsOnOutOfMemory, uncleaned),
				Optional.empty(), memory, List.of(), "");
	}

	private static Postmortem crash(Postmortem.Crash crash) {
		return new Postmortem(Optional.empty(), new Traces(OomKill.UNKNOWN, "", true, true), Optional.of(crash), FULL,
				List.of(), "");
	}

}
