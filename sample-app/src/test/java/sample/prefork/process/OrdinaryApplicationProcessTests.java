package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sample.prefork.SampleApplication;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a pool makes no sense the application stays what it was, and one line says why.
 */
@ExtendWith(OutputCaptureExtension.class)
class OrdinaryApplicationProcessTests extends ProcessTestSupport {

	@Test
	void whenDisabledThenOrdinary() {
		PoolProcess application = launcher().arguments("--prefork.enabled=false").start().awaitServing();
		assertThat(application.get("/whoami").json().toString())
			.isEqualTo("{\"pid\":" + application.pid() + ",\"slot\":-1,\"generation\":0}");
		assertOrdinary(application, "prefork.enabled");
	}

	@Test
	void whenThereIsNoWebServerThenOrdinary() throws IOException {
		Path trace = this.directory.resolve("trace");
		PoolProcess application = launcher()
			.arguments("--spring.main.web-application-type=none", "--sample.trace-file=" + trace)
			.start();
		application.await("main has gone on after run()", PoolProcess.BOOT,
				() -> Files.readAllLines(trace).contains("after-run " + application.pid()));
		assertOrdinary(application, "it is no web application");
	}

	@Test
	void whenDevtoolsRestartThenOrdinary() {
		PoolProcess application = launcher().main(SampleApplication.class.getName(), TestClassPath.DEVTOOLS)
			.start()
			.awaitServing()
			.expectProblems(LogLines.DEVTOOLS_SHUTDOWN);
		assertThat(application.get("/whoami").json().path("slot").asInt()).isEqualTo(-1);
		assertOrdinary(application, "devtools");
	}

	@Test
	void whenRunByATestThenOrdinary(CapturedOutput output) {
		try (ConfigurableApplicationContext context = SpringApplication.run(SampleApplication.class,
				"--server.port=0")) {
			assertThat(context.isActive()).isTrue();
		}
		assertThat(output.getOut().lines().filter(LogLines.ordinary("test").asPredicate())).hasSize(1);
	}

	private static void assertOrdinary(PoolProcess application, String reason) {
		assertThat(application.log().lines(LogLines.ordinary(reason))).hasSize(1);
		assertThat(application.descendants()).isEmpty();
		assertThat(application.runDirectory()).isEmptyDirectory();
	}

}
