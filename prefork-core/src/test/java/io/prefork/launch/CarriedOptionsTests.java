package io.prefork.launch;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CarriedOptions}.
 */
class CarriedOptionsTests {

	@ParameterizedTest
	@ValueSource(strings = { "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005",
			"-agentpath:/jdk/lib/libjdwp.so=transport=dt_socket", "-Xrunjdwp:transport=dt_socket", "-Xdebug",
			"-Dcom.sun.management.jmxremote.port=9001", "-Dcom.sun.management.jmxremote.rmi.port=9001",
			"-Dcom.sun.management.jmxremote.local.port=9001", "-XX:+AutoCreateSharedArchive",
			"-XX:ArchiveClassesAtExit=app.jsa", "-XX:DumpLoadedClassList=app.lst", "-XX:AOTCacheOutput=app.aot",
			"-XX:AOTConfiguration=app.conf", "-XX:AOTMode=record", "-XX:AOTCache=app.aot",
			"-Dspring.context.exit=onRefresh" })
	void whenJvmsCannotShareItThenLeftOutWithOneNote(String option) {
		CarriedOptions carried = of("-Da=b", option, "-Xmx64m");
		assertThat(carried.options()).containsExactly("-Da=b", "-Xmx64m");
		assertThat(carried.notes()).hasSize(1).first().asString().contains("passed on to workers");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-agentlib:other", "-agentpath:/lib/profiler.so=jdwp", "-javaagent:otel.jar=exporter=jdwp",
			"-Dcom.sun.management.jmxremote", "-Dcom.sun.management.jmxremote.authenticate=false",
			"-XX:-AutoCreateSharedArchive", "-XX:AOTMode=auto", "-XX:SharedArchiveFile=app.jsa",
			"-XX:OnOutOfMemoryError=kill -9 %p", "-Dserver.port=0", "-Dspring.devtools.restart.enabled=false",
			"-Dx=-Xdebug", "-ea", "--enable-preview", "--module-path=modules", "-XX:Flags=flags", "-verbose:gc" })
	void whenJvmsCanShareItThenKeptWithoutNote(String option) {
		CarriedOptions carried = of(option);
		assertThat(carried.options()).containsExactly(option);
		assertThat(carried.notes()).isEmpty();
	}

	@Test
	void whenSeveralOptionsHaveOneReasonThenOneNote() {
		CarriedOptions carried = of("-Dcom.sun.management.jmxremote.port=1",
				"-Dcom.sun.management.jmxremote.rmi.port=1", "-Xdebug", "-Xrunjdwp:server=y");
		assertThat(carried.options()).isEmpty();
		assertThat(carried.notes()).hasSize(2).anyMatch((note) -> note.contains("jdwp") && note.contains("{slot}"));
	}

	@Test
	void whenFileIsWrittenThenRewrittenWithNote() {
		CarriedOptions carried = of("-Xlog:gc:gc.log");
		assertThat(carried.options()).containsExactly("-Xlog:gc:gc-worker{slot}.log");
		assertThat(carried.notes()).containsExactly("Workers write files of their own: -Xlog:gc:gc-worker{slot}.log");
	}

	@Test
	void whenArchiveIsRewrittenByTheJvmThenItIsLeftOutToo() {
		assertThat(of("-XX:SharedArchiveFile=app.jsa", "-XX:+AutoCreateSharedArchive").options()).isEmpty();
	}

	@Test
	void whenCacheWasTrainedWithTheOpensThenKept() {
		List<String> arguments = new ArrayList<>(CarriedOptions.OPENS);
		arguments.add("-XX:AOTCache=app.aot");
		CarriedOptions carried = CarriedOptions.of(arguments, (path) -> false);
		assertThat(carried.options()).isEqualTo(arguments);
		assertThat(carried.notes()).isEmpty();
	}

	@Test
	void whenJvmOrLauncherSetsItAgainThenLeftOutSilently() {
		CarriedOptions carried = of("+UseStringDeduplication", "-UseTLAB", "MaxHeapSize=64m", "-XX:Flags=flags",
				"-Djdk.module.main=acme");
		assertThat(carried.options()).containsExactly("-XX:Flags=flags");
		assertThat(carried.notes()).isEmpty();
	}

	private static CarriedOptions of(String... arguments) {
		return CarriedOptions.of(List.of(arguments), (path) -> false);
	}

}
