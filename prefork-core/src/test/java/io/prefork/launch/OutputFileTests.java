package io.prefork.launch;

import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OutputFile}.
 */
class OutputFileTests {

	@ParameterizedTest
	@CsvSource(delimiter = '>', quoteCharacter = '`',
			textBlock = """
					-XX:ErrorFile=hs_err.log > -XX:ErrorFile=hs_err-worker{slot}.log
					-XX:LogFile=/v.1/vm > -XX:LogFile=/v.1/vm-worker{slot}
					-Xloggc:gc.log > -Xloggc:gc-worker{slot}.log
					-Xlog:gc*:gc.log > -Xlog:gc*:gc-worker{slot}.log
					-Xlog::all.log > -Xlog::all-worker{slot}.log
					-Xlog:gc*:file=/l/gc.log:time,level:filecount=3 > -Xlog:gc*:file=/l/gc-worker{slot}.log:time,level:filecount=3
					-Xlog:gc:file="/l/a:b c.log":time > -Xlog:gc:file="/l/a:b c-worker{slot}.log":time
					-Xlog:gc:"a:b.log" > -Xlog:gc:"a:b-worker{slot}.log"
					-Xlog:gc:file=%t.log > -Xlog:gc:file=%t-worker{slot}.log
					-XX:HeapDumpPath=/d/heap.hprof > -XX:HeapDumpPath=/d/heap-worker{slot}.hprof
					-XX:HeapDumpPath=/d/%p.hprof > -XX:HeapDumpPath=/d/%p-worker{slot}.hprof
					-XX:StartFlightRecording=filename=r.jfr > -XX:StartFlightRecording=filename=r-worker{slot}.jfr
					-XX:StartFlightRecording:duration=9s,filename=/r.jfr,name=x > -XX:StartFlightRecording:duration=9s,filename=/r-worker{slot}.jfr,name=x
					-XX:StartFlightRecording=filename="q,r.jfr",name=x > -XX:StartFlightRecording=filename="q,r-worker{slot}.jfr",name=x
					""")
	void whenFileIsNamedThenWorkersGetTheirOwn(String option, String rewritten) {
		assertThat(OutputFile.perWorker(option, (path) -> false)).contains(rewritten);
	}

	@ParameterizedTest
	@ValueSource(strings = { "-XX:ErrorFile=hs_%p.log", "-Xloggc:gc.%p", "-Xlog:gc:file=gc-%p.log:time", "-Xlog",
			"-Xlog:gc", "-Xlog:gc:stdout:time", "-Xlog:gc:stderr", "-Xlog:gc::time", "-Xlog:disable", "-Xlog:async",
			"-Xlog:async:drop", "-XX:StartFlightRecording", "-XX:StartFlightRecording=name=x,duration=5s",
			"-XX:+HeapDumpOnOutOfMemoryError", "-XX:HeapDumpPath=/dumps", "-XX:StartFlightRecording:filename=/dumps",
			"-Dlogging.file.name=app.log" })
	void whenNothingIsSharedThenUnchanged(String option) {
		assertThat(OutputFile.perWorker(option, "/dumps"::equals)).isEqualTo(Optional.empty());
	}

}
