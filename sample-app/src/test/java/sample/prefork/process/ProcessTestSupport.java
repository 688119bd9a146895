package sample.prefork.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each test of a class on each {@link JavaHome}, and ends and checks what it has
 * started. What the processes printed stays in {@code target/process-tests}.
 * <p>
 * Most of the time of these tests is the start of JVMs. So tests that want no pool of
 * their own share one, see {@link #sharedPool()}.
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
		this.failed = true;
		used().forEach((process) -> System.out
			.println("---- " + process.log().path() + "\n" + process.log().tail() + "\n----"));
		throw failure;
	};

	private final List<PoolProcess> started = new ArrayList<>();

	private boolean failed;

	private boolean sharing;

	private String name;

	@BeforeEach
	void name(TestInfo test) {
		String method = test.getTestMethod().orElseThrow().getName();
		String display = test.getDisplayName();
		String invocation = display.startsWith(method) ? "" : "-" + display.replaceAll("[^\\w.]+", "-");
		this.name = getClass().getSimpleName() + "-" + method + invocation + "-" + this.java.feature();
	}

	@AfterEach
	void finish() {
		try {
			if (this.sharing && !this.failed) {
				Objects.requireNonNull(shared().started()).assertWhole(2);
			}
			for (int last = this.started.size() - 1; last >= 0; last--) {
				this.started.get(last).finish();
			}
		}
		catch (Throwable ex) {
			this.failed = true;
			throw ex;
		}
		finally {
			this.started.forEach(PoolProcess::destroy);
			if (this.sharing && this.failed) {
				shared().discard();
			}
		}
	}

	@AfterParameterizedClassInvocation(injectArguments = false)
	static void finishShared(TestInfo test) {
		SharedPool.finish(test.getTestClass().orElseThrow());
	}

	private List<PoolProcess> used() {
		List<PoolProcess> used = new ArrayList<>(this.started);
		PoolProcess pool = shared().started();
		if (this.sharing && pool != null) {
			used.add(pool);
		}
		return used;
	}

	/**
	 * Prepares a process, by default the sample's executable jar on a free port.
	 * @return the launcher
	 */
	PoolLauncher launcher() {
		return new PoolLauncher(this.java, this.directory, log(this.name + "-" + (this.started.size() + 1)),
				this.started::add);
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

	/**
	 * A pool of two workers that is whole, which tests of the class have used before and
	 * others will use afterwards: what a test expects is relative to what it finds, and
	 * it leaves a pool of two. After each test the same is checked as at the end of a
	 * pool, as far as it can be while the pool runs.
	 * @return the pool, with an empty log
	 */
	PoolProcess sharedPool() {
		String log = getClass().getSimpleName() + "-shared-" + this.java.feature();
		PoolProcess pool = shared()
			.pool((directory, started) -> shared(new PoolLauncher(this.java, directory, log(log), started)));
		this.sharing = true;
		pool.forgetLog();
		pool.awaitSettled(2);
		return pool;
	}

	/**
	 * Says what the pool is that the tests of this class share.
	 * @param launcher launches the sample on a free port
	 * @return the launcher
	 */
	PoolLauncher shared(PoolLauncher launcher) {
		return launcher.chaos();
	}

	/**
	 * For files of the pool that tests share.
	 * @return a directory
	 */
	Path sharedDirectory() {
		return shared().directory();
	}

	private SharedPool shared() {
		return SharedPool.of(getClass());
	}

	private static Path log(String name) {
		return Path.of("target", "process-tests", name + ".log").toAbsolutePath();
	}

}
