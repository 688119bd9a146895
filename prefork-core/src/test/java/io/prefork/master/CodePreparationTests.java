package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.prefork.pool.Action;
import io.prefork.pool.Event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class CodePreparationTests {

	@TempDir
	private Path parent;

	private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

	private MasterFixture fixture;

	private CodePreparation code;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.code = new CodePreparation(this.fixture.configuration.launcher(), this.events::add);
	}

	@AfterEach
	void close() throws IOException {
		this.code.stop();
		this.fixture.close();
	}

	@Test
	void whenCodeIsReadyThenThatIsToldAndItsUseFollows() throws InterruptedException {
		this.fixture.preparation = (generation, code) -> assertThat(code).isEqualTo(WorkerLauncher.Code.PREVIOUS);
		this.code.prepare(new Action.Prepare(4, Action.Prepare.Code.PREVIOUS));
		assertThat(next()).isEqualTo(new Event.Prepared(4));
		this.code.used(4);
		await().until(() -> this.fixture.used.contains(4));
	}

	@Test
	void whenCodeCannotBeMadeReadyThenTheReasonIsTold() throws InterruptedException {
		this.fixture.preparation = (generation, code) -> {
			throw new IOException("app.jar is no zip file");
		};
		this.code.prepare(new Action.Prepare(4, Action.Prepare.Code.CURRENT));
		assertThat(next()).isEqualTo(new Event.PrepareFailed(4, "app.jar is no zip file"));
		this.fixture.preparation = (generation, code) -> {
			throw new StackOverflowError();
		};
		this.code.prepare(new Action.Prepare(5, Action.Prepare.Code.CURRENT));
		assertThat(next()).isEqualTo(new Event.PrepareFailed(5, "java.lang.StackOverflowError"));
	}

	@Test
	void whenCodeTakesLongThenTheCallerDoesNotWaitAndTheNextOneDoes() throws InterruptedException {
		CountDownLatch disk = new CountDownLatch(1);
		this.fixture.preparation = (generation, code) -> disk.await();
		this.code.prepare(new Action.Prepare(4, Action.Prepare.Code.CURRENT));
		this.code.prepare(new Action.Prepare(5, Action.Prepare.Code.CURRENT));
		assertThat(this.events).isEmpty();
		disk.countDown();
		assertThat(next()).isEqualTo(new Event.Prepared(4));
		assertThat(next()).isEqualTo(new Event.Prepared(5));
	}

	private @Nullable Event next() throws InterruptedException {
		return this.events.poll(30, TimeUnit.SECONDS);
	}

}
