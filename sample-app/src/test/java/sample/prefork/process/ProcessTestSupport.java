package sample.prefork.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each test of a class on each {@link JavaHome}, and ends and checks what it has
 * started. What the processes printed stays in {@code target/process-tests}.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("sample.prefork.process.JavaHome#all")
@Timeout(240)
abstract class ProcessTestSupport {

	@Parameter
	JavaHome java;

	@TempDir
	Path directory;

	@RegisterExtension
	TestExecutionExceptionHandler tails = (context, failure) -> {
		this.started.forEach((process) -> System.out
			.println("---- " + process.log().path() + "\n" + process.log().tail() + "\n----"));
		throw failure;
	};

	private final List<PoolProcess> started = new ArrayList<>();

	private String name;

	@BeforeEach
	void name(TestInfo test) {
		this.name = getClass().getSimpleName() + "-" + test.getTestMethod().orElseThrow().getName() + "-"
				+ this.java.feature();
	}

	@AfterEach
	void finish() {
		try {
			for (int last = this.started.size() - 1; last >= 0; last--) {
				this.started.get(last).finish();
			}
		}
		finally {
			this.started.forEach(PoolProcess::destroy);
		}
	}

	/**
	 * Prepares a process, by default the sample's executable jar on a free port.
	 * @return the launcher
	 */
	PoolLauncher launcher() {
		Path log = Path.of("target", "process-tests", this.name + "-" + (this.started.size() + 1) + ".log")
			.toAbsolutePath();
		return new PoolLauncher(this.java, this.directory, log, this.started::add);
	}

	/**
	 * Starts the sample as a pool of two workers and waits until it is whole.
	 * @param arguments further arguments
	 * @return the pool
	 */
	PoolProcess startPool(String... arguments) {
		PoolProcess pool = launcher().chaos().arguments(arguments).start();
		pool.awaitSettled(2);
		return pool;
	}

}
