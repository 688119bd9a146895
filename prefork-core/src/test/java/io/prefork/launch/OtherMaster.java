package io.prefork.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that works with the same store.
 */
final class OtherMaster implements AutoCloseable {

	private final Process process;

	private OtherMaster(Process process) {
		this.process = process;
	}

	/**
	 * Starts one and waits until it has laid out a jar, which it then uses.
	 */
	static OtherMaster holding(Path store, Path jar) throws IOException {
		OtherMaster master = new OtherMaster(start(store.toString(), jar.toString()));
		assertThat(master.process.getInputStream().read()).isEqualTo('.');
		return master;
	}

	/**
	 * Has one prune all that it may.
	 */
	static void prune(Path store) throws IOException, InterruptedException {
		Process process = start(store.toString());
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).isZero();
	}

	private static Process start(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), OtherMaster.class.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectError(new File("target/other-master.log")).start();
	}

	public static void main(String[] arguments) throws Exception {
		CodeStore store = new CodeStore(Path.of(arguments[0]), new JarExtraction(Path.of("/no/java"), Duration.ZERO));
		if (arguments.length == 1) {
			store.prune(Set.of());
			return;
		}
		store.layOut(Path.of(arguments[1]));
		System.out.print('.');
		System.out.flush();
		Thread.sleep(60_000);
	}

	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
