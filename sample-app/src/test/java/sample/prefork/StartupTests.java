package sample.prefork;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class StartupTests {

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Startup.class,
			Trace.class, TracingRunner.class, BootRehearsal.class);

	@Test
	void whenTraceFileIsSetThenProcessIsNamed() throws IOException {
		Path file = this.directory.resolve("trace");
		this.runner.withPropertyValues("sample.trace-file=" + file).run((context) -> {
			context.getBean(TracingRunner.class).run();
			long pid = ProcessHandle.current().pid();
			assertThat(file).content().isEqualTo("bean " + pid + "\nrunner " + pid + "\n");
		});
	}

	@Test
	void whenFailureFileExistsThenStartFailsAndNamesIt() throws IOException {
		Path file = Files.createFile(this.directory.resolve("fail"));
		this.runner.withPropertyValues("sample.boot-failure-file=" + file)
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("told to fail by " + file));
	}

	@Test
	void whenFailureFileIsAbsentThenStarts() {
		this.runner
			.withPropertyValues("sample.boot-failure-file=" + this.directory.resolve("none"), "sample.boot-delay=1ms")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@EnableConfigurationProperties(SampleProperties.class)
	static class Startup {

	}

}
