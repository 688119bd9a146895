package sample.prefork;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/**
 * Rehearses starts that are slow or fail. With {@code sample.boot-failure-file} present,
 * its content chooses how: {@code exit N} exits with that status, {@code hang} never
 * becomes ready, anything else throws.
 */
@Component
class BootRehearsal implements InitializingBean {

	private final SampleProperties properties;

	BootRehearsal(SampleProperties properties) {
		this.properties = properties;
	}

	@Override
	public void afterPropertiesSet() throws Exception {
		Thread.sleep(this.properties.bootDelay().toMillis());
		Path file = this.properties.bootFailureFile();
		if (file != null && Files.exists(file)) {
			fail(file);
		}
	}

	private static void fail(Path file) throws IOException {
		String[] order = Files.readString(file).trim().split("\\s+");
		switch (order[0]) {
			case "exit" -> System.exit(Integer.parseInt(order[1]));
			case "hang" -> new Semaphore(0).acquireUninterruptibly();
			default -> throw new IllegalStateException("told to fail by " + file);
		}
	}

}
