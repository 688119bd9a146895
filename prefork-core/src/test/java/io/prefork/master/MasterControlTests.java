package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.MasterUnavailableException;
import io.prefork.control.ReloadDocument;
import io.prefork.control.UpgradeDocument;
import io.prefork.control.ScaleDocument;
import io.prefork.pool.Answer;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import io.prefork.pool.ScaleView;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import io.prefork.scoreboard.Scoreboard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MasterControlTests {

	private static final WorkerId WORKER = new WorkerId(0, 1);

	private static final PoolView VIEW = new PoolView(PoolView.State.RUNNING, 1, 5,
			List.of(new PoolView.WorkerView(WORKER, 41, 5, WorkerState.ACCEPTING, MonotonicTime.now())), 1, Map.of(),
			List.of(), Optional.empty(), Map.of(), new ScaleView("static", 1, 4, 0, "", Map.of()), "");

	private static final UpgradeDocument UPGRADE = new UpgradeDocument(UpgradeDocument.Status.STARTED,
			Duration.ofSeconds(2), null, null);

	@TempDir
	private Path parent;

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private volatile Function<Event.Command, @Nullable Answer> pool = (command) -> null;

	private MasterFixture fixture;

	private MasterControl control;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.control = new MasterControl(this::take,
				() -> CompletableFuture.completedFuture(new Master.Snapshot(VIEW, new Totals(10, 0, 0, 0, 0, 0))),
				new PoolDocuments(this.fixture.configuration, Scoreboard.create(this.parent.resolve("scoreboard"), 2),
						Ledger.of(Optional.empty())),
				() -> UPGRADE);
	}

	@AfterEach
	void close() throws IOException {
		this.fixture.close();
	}

	private void take(Event event) {
		this.events.add(event);
		Event.Command command = (Event.Command) event;
		Answer answer = this.pool.apply(command);
		if (answer != null) {
			this.control.answer(command.ticket(), answer);
		}
	}

	@Test
	void whenThePoolIsAskedForThenItIsShown() {
		assertThat(this.control.pool().generation()).isEqualTo(5);
		assertThat(this.control.pool().counters().requests()).isEqualTo(10);
		assertThat(this.control.worker("41").orElseThrow().serial()).isEqualTo(1);
		assertThat(this.control.worker("1")).isEmpty();
	}

	@Test
	void whenTargetIsSetThenBothTargetsAreAnswered() {
		this.pool = (command) -> new Answer.Scaled(1, 3, 3);
		assertThat(this.control.scaleTo(3)).isEqualTo(new ScaleDocument(1, 3, 3));
		assertThat(this.control.scaleBy(-4)).isEqualTo(new ScaleDocument(1, 3, 3));
		assertThat(this.events).containsExactly(new Event.ScaleTo(1, 3), new Event.ScaleBy(2, -4));
	}

	@Test
	void whenCommandIsRefusedThenSoItIsHere() {
		this.pool = (command) -> new Answer.Refused(true, "'workers' must be at most 4");
		assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(() -> this.control.scaleTo(9))
			.withMessage("'workers' must be at most 4")
			.matches(CommandRefusedException::isInvalid);
		assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(() -> this.control.replace("0"));
	}

	@Test
	void whenReloadIsNotWaitedForThenItHasStarted() {
		assertThat(this.control.reload(false))
			.isEqualTo(new ReloadDocument(ReloadDocument.Status.STARTED, 5, null, null, null));
	}

	@Test
	void whenReloadIsRefusedAtOnceThenThatIsSaidEvenIfItIsNotWaitedFor() {
		this.pool = (command) -> new Answer.Refused(false, "the server is stopping");
		assertThat(this.control.reload(false))
			.isEqualTo(new ReloadDocument(ReloadDocument.Status.FAILED, 5, null, "the server is stopping", null));
	}

	@Test
	void whenReloadIsWaitedForThenItsVerdictIsAnswered() throws Exception {
		CompletableFuture<ReloadDocument> reloading = CompletableFuture.supplyAsync(() -> this.control.reload(true));
		await().until(() -> !this.events.isEmpty());
		assertThat(reloading).isNotDone();
		this.control.answer(((Event.Reload) this.events.get(0)).ticket(),
				new Answer.Reloaded(6, Duration.ofSeconds(9)));
		assertThat(reloading.get())
			.isEqualTo(new ReloadDocument(ReloadDocument.Status.RELOADED, 6, Duration.ofSeconds(9), null, null));
	}

	@Test
	void whenRollbackFailsThenReasonAndOutputAreAnswered() {
		this.pool = (command) -> new Answer.ReloadFailed("no code", "x".repeat(100_000));
		ReloadDocument verdict = this.control.rollback(true);
		assertThat(this.events).singleElement().isInstanceOf(Event.Rollback.class);
		assertThat(verdict.status()).isEqualTo(ReloadDocument.Status.FAILED);
		assertThat(verdict.reason()).isEqualTo("no code");
		assertThat(verdict.output()).startsWith("xxx").endsWith("(cut off)").hasSizeLessThan(10_000);
	}

	@Test
	void whenMasterEndsThenWhoeverWaitsIsTold() {
		CompletableFuture<ReloadDocument> reloading = CompletableFuture.supplyAsync(() -> this.control.reload(true));
		await().until(() -> !this.events.isEmpty());
		this.control.ended();
		assertThat(reloading).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.withRootCauseInstanceOf(MasterUnavailableException.class)
			.withMessageContaining("The server has stopped");
	}

	@Test
	void whenMasterHasEndedThenItIsNotUpgraded() {
		assertThat(this.control.upgrade()).isEqualTo(UPGRADE);
		this.control.ended();
		assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(this.control::upgrade);
	}

	@Test
	void whenWorkerIsReplacedThenTheEventNamesIt() {
		this.pool = (command) -> new Answer.Replacing(WORKER);
		assertThat(this.control.replace("41")).isTrue();
		assertThat(this.control.replace("7")).isFalse();
		assertThat(this.events).containsExactly(new Event.Replace(1, WORKER));
	}

	@Test
	void whenNobodyWaitsForAnAnswerThenItDoesNoHarm() {
		this.control.answer(0, new Answer.Scaled(1, 2, 0));
	}

}
