package sample.prefork;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Rehearses starts that are slow or fail. With {@code sample.boot-failure-file} present,
 * its content chooses how: {@code exit N} exits with that status, {@code hang} never
 * becomes ready, {@code leave N} exits with that status two seconds after it is up,
 * {@code unwell} is for {@link HealthRehearsal}, anything else throws.
 */
@Component
class BootRehearsal implements InitializingBean {

	private final SampleProperties properties;

	private @Nullable Integer leaveWith;

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

	@EventListener
	void leave(ApplicationReadyEvent up) {
		Integer status = this.leaveWith;
		if (status != null) {
			Executor later = CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS);
			later.execute(() -> System.exit(status));
		}
	}

	private void fail(Path file) throws IOException {
		String[] order = Files.readString(file).trim().split("\\s+");
		switch (order[0]) {
			case "exit" -> System.exit(Integer.parseInt(order[1]));
			case "hang" -> new Semaphore(0).acquireUninterruptibly();
			case "leave" -> this.leaveWith = Integer.parseInt(order[1]);
			case "unwell" -> {
			}
			default -> throw new IllegalStateException("told to fail by " + file);
		}
	}

}
