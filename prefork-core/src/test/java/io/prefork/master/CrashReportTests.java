package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.prefork.pool.Postmortem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CrashReportTests {

	private static final int PID = 999_999_999;

	private static final String SEGV = """
			#
			# A fatal error has been detected by the Java Runtime Environment:
			#
			#  SIGSEGV (0xb) at pc=0x00007f63b9f0e2d1, pid=4711, tid=4799
			#
			# JRE version: OpenJDK Runtime Environment Temurin-17.0.9+9 (17.0.9+9) (build 17.0.9+9)
			# Problematic frame:
			# V  [libjvm.so+0xee72d1]  Unsafe_PutLong+0x71
			#
			# Core dump will be written. Default location: Core dumps may be processed with "/usr/share/apport"
			#
			# If you would like to submit a bug report, please visit:
			#   https://github.com/adoptium/adoptium-support/issues
			#

			---------------  S U M M A R Y ------------

			Command Line: -Dsecret=hush app.jar

			---------------  T H R E A D  ---------------

			Current thread (0x00007f6350012340):  JavaThread "http-nio-1" daemon [_thread_in_vm, id=4799]

			Stack: [0x00007f6340000000,0x00007f6340100000],  sp=0x00007f63400fd000,  free space=1012k
			Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)
			V  [libjvm.so+0xee72d1]  Unsafe_PutLong+0x71

			Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)
			j  jdk.internal.misc.Unsafe.putLong(Ljava/lang/Object;JJ)V+0 java.base@17.0.9
			j  sample.Chaos.crash()V+4

			siginfo: si_signo: 11 (SIGSEGV), si_code: 1 (SEGV_MAPERR), si_addr: 0x0000000000000000

			Register to memory mapping:
			""";

	@TempDir
	private Path directory;

	@Test
	void whenNativeCodeFailsThenSignalFrameAndStackAreKeptAndNothingElse() {
		Postmortem.Crash crash = CrashReport.of(SEGV.lines().toList(), "/srv/hs_err_pid4711.log");
		assertThat(crash.problem()).isEqualTo("SIGSEGV in V [libjvm.so+0xee72d1] Unsafe_PutLong+0x71");
		assertThat(crash.outOfMemory()).isFalse();
		assertThat(crash.file()).isEqualTo("/srv/hs_err_pid4711.log");
		assertThat(crash.excerpt().lines()).containsExactly(
				"# A fatal error has been detected by the Java Runtime Environment:",
				"#  SIGSEGV (0xb) at pc=0x00007f63b9f0e2d1, pid=4711, tid=4799",
				"# JRE version: OpenJDK Runtime Environment Temurin-17.0.9+9 (17.0.9+9) (build 17.0.9+9)",
				"# Problematic frame:", "# V  [libjvm.so+0xee72d1]  Unsafe_PutLong+0x71",
				"Current thread (0x00007f6350012340):  JavaThread \"http-nio-1\" daemon [_thread_in_vm, id=4799]",
				"Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)",
				"V  [libjvm.so+0xee72d1]  Unsafe_PutLong+0x71",
				"Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)",
				"j  jdk.internal.misc.Unsafe.putLong(Ljava/lang/Object;JJ)V+0 java.base@17.0.9",
				"j  sample.Chaos.crash()V+4",
				"siginfo: si_signo: 11 (SIGSEGV), si_code: 1 (SEGV_MAPERR), si_addr: 0x0000000000000000");
	}

	@Test
	void whenSomebodySentTheSignalThenItSaysWho() {
		List<String> lines = List.of("#", "#  SIGSEGV (0xb) at pc=0x1, pid=1, tid=2", "", "",
				"siginfo: si_signo: 11 (SIGSEGV), si_code: 0 (SI_USER), si_pid: 815, si_uid: 0");
		assertThat(CrashReport.of(lines, "f").problem()).isEqualTo("SIGSEGV, sent by process 815");
	}

	@Test
	void whenNativeMemoryRanOutThenThatIsTheProblem() {
		List<String> lines = List.of("#",
				"# There is insufficient memory for the Java Runtime Environment to continue.",
				"# Native memory allocation (mmap) failed to map 65536 bytes for committing reserved memory.",
				"# Possible reasons:", "#   The system is out of physical RAM or swap space", "#",
				"#  Out of Memory Error (os_linux.cpp:2795), pid=3, tid=4", "#");
		Postmortem.Crash crash = CrashReport.of(lines, "f");
		assertThat(crash.outOfMemory()).isTrue();
		assertThat(crash.problem()).isEqualTo("Out of Memory Error (os_linux.cpp:2795): Native memory allocation "
				+ "(mmap) failed to map 65536 bytes for committing reserved memory.");
	}

	@Test
	void whenToldToCrashWhenOutOfMemoryThenThatIsTheProblem() {
		Postmortem.Crash crash = CrashReport.of(List.of("#", "#  Internal Error (debug.cpp:362), pid=3, tid=4",
				"#  fatal error: OutOfMemory encountered: Java heap space", "#"), "f");
		assertThat(crash.outOfMemory()).isTrue();
		assertThat(crash.problem())
			.isEqualTo("Internal Error (debug.cpp:362): fatal error: OutOfMemory encountered: Java heap space");
	}

	@Test
	void whenTheReportIsLongOrBrokenThenWhatIsKeptIsBounded() {
		List<String> lines = List.of("#  SIGBUS " + "x".repeat(100_000));
		assertThat(CrashReport.of(lines, "f").excerpt()).hasSize(3072);
		assertThat(CrashReport.of(List.of(), "f").problem()).isEqualTo("an error without a name");
	}

	@Test
	void whenSearchedForThenItIsFoundWhereTheJvmWritesIt() throws IOException {
		assertThat(find(Optional.empty())).isEmpty();
		Path byDefault = Files.writeString(this.directory.resolve("hs_err_pid" + PID + ".log"), SEGV);
		assertThat(find(Optional.empty())).map(Postmortem.Crash::file).contains(byDefault.toString());
		assertThat(find(Optional.of("crashes/%p.log"))).map(Postmortem.Crash::file).contains(byDefault.toString());
		Path configured = Files.createDirectory(this.directory.resolve("crashes")).resolve("50%-" + PID + ".log");
		Files.writeString(configured, SEGV);
		assertThat(find(Optional.of("crashes/50%%-%p.log"))).map(Postmortem.Crash::file)
			.contains(configured.toString());
	}

	@Test
	void whenTheReportIsOlderThanTheProcessThenItIsAnothers() throws IOException {
		Path file = Files.writeString(this.directory.resolve("hs_err_pid" + PID + ".log"), SEGV);
		Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
		assertThat(find(Optional.empty())).isEmpty();
	}

	private Optional<Postmortem.Crash> find(Optional<String> configured) {
		return CrashReport.find(PID, configured, this.directory, Instant.now());
	}

}
