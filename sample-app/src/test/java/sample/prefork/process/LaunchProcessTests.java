package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Workers are started the way the master was, whatever that was, with options of the JVM
 * carried over exactly once.
 */
class LaunchProcessTests extends ProcessTestSupport {

	private static final Path JAR = Path.of(System.getProperty("prefork.test.jar"));

	@Test
	void whenExecutableJarThenWorkersRunFromIt() {
		PoolProcess pool = launcher().jar(JAR).arguments("--sample.version=a b \"c\"").start();
		pool.awaitSettled(2);
		assertThat(pool.get("/version").text()).isEqualTo("a b \"c\"");
	}

	@Test
	void whenExplodedClassPathThenWorkersRunFromIt() {
		PoolProcess pool = launcher().main("sample.prefork.SampleApplication", TestClassPath.PLAIN).start();
		pool.awaitSettled(2);
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
	}

	@Test
	void whenJvmHasOptionsThenWorkersHaveThemOnceAndNoSecondDebugger() throws IOException {
		PoolProcess pool = launcher().environment("JAVA_TOOL_OPTIONS", "-Dfrom.tool.options=1")
			.environment("JDK_JAVA_OPTIONS", "-Dfrom.jdk.options=1")
			.jvmArguments("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
					"-Dcom.sun.management.jmxremote.port=" + PoolLauncher.freePort(),
					"-Dcom.sun.management.jmxremote.authenticate=false", "-Dcom.sun.management.jmxremote.ssl=false")
			.arguments("--prefork.worker.jvm-args=-Dworker.slot={slot}")
			.start();
		for (PoolStatus.Worker worker : pool.awaitSettled(2).workers()) {
			List<String> command = List
				.of(Files.readString(Path.of("/proc", Long.toString(worker.pid()), "cmdline")).split("\0"));
			assertThat(command).containsOnlyOnce("-Dfrom.tool.options=1", "-Dfrom.jdk.options=1",
					"-Dworker.slot=" + worker.slot());
			assertThat(command).noneMatch((option) -> option.contains("jdwp") || option.contains("jmxremote.port"));
			assertThat(Files.readString(Path.of("/proc", Long.toString(worker.pid()), "environ")))
				.doesNotContain("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
		}
	}

	@Test
	void whenPidfileAndUmaskAreSetThenTheyApply() throws IOException {
		Path pidfile = this.directory.resolve("master.pid");
		Path socket = this.directory.resolve("app.sock");
		PoolProcess pool = launcher().managementPort()
			.arguments("--prefork.pidfile=" + pidfile, "--prefork.umask=0077", "--prefork.bind=unix:" + socket)
			.start();
		pool.awaitSettled(2);
		assertThat(pidfile).hasContent(Long.toString(pool.pid()));
		assertThat(Files.getPosixFilePermissions(socket)).extracting(Enum::name)
			.allMatch((permission) -> permission.startsWith("OWNER_"));
		pool.signal("TERM");
		assertThat(pool.awaitExit(PoolProcess.SOON)).isZero();
		assertThat(pidfile).doesNotExist();
		assertThat(socket).doesNotExist();
	}

}
