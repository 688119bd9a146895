package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import io.prefork.os.Listener;
import io.prefork.pool.CarriedPool;
import io.prefork.pool.CarriedWorker;
import io.prefork.pool.Deadlock;
import io.prefork.pool.ExitCause;
import io.prefork.pool.HeapAfterGc;
import io.prefork.pool.Obituary;
import io.prefork.pool.Postmortem;
import io.prefork.pool.Recycled;
import io.prefork.pool.RolloutView;
import io.prefork.pool.ScaleReason;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class HandoverFileTests {

	private static final List<ExitCause> CAUSES = List.of(new ExitCause.Voluntary("reload"),
			new ExitCause.Code(7, ExitCause.Code.Ending.HALT), new ExitCause.Signalled("SIGSEGV", "somebody"),
			new ExitCause.OomKilled(5), new ExitCause.OutOfMemory("heap"),
			new ExitCause.JvmCrash("SIGSEGV in C", "/tmp/hs_err"), new ExitCause.BootFailure(true, "no such bean"),
			new ExitCause.BootTimeout(Duration.ofSeconds(120)), new ExitCause.HeartbeatTimeout(Duration.ofSeconds(31)),
			new ExitCause.RequestTimeout(Duration.ofMillis(61_234)),
			new ExitCause.DrainTimeout("stop", Duration.ofSeconds(30)), new Deadlock(2, 1),
			new Recycled(Recycled.Limit.AGE, "1 h", "ready for 61 min"));

	@TempDir
	private Path directory;

	@Test
	void whenItIsWrittenThenTheSameIsRead() throws IOException {
		Path file = this.directory.resolve("handover");
		HandoverFile.write(file, handover(), Duration.ofMinutes(5));
		assertThat(HandoverFile.read(file)).isEqualTo(handover());
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
		assertThat(Files.getLastModifiedTime(file).toInstant()).isAfter(Instant.now().plusSeconds(60));
		assertThat(this.directory).isDirectoryContaining("glob:**handover").isNotEmptyDirectory();
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files).containsExactly(file);
		}
	}

	@Test
	void whenCausesAreTestedThenNoneIsForgotten() {
		assertThat(CAUSES).extracting((cause) -> (Object) cause.getClass())
			.contains((Object[]) ExitCause.class.getPermittedSubclasses());
	}

	@Test
	void whenItIsOfAnotherFormThenItIsNotRead() throws IOException {
		Path file = this.directory.resolve("handover");
		Files.writeString(file, "{\"version\":99,\"something\":\"else\"}");
		assertThatIOException().isThrownBy(() -> HandoverFile.read(file))
			.withMessage("the running master hands over in form 99, and this one knows form 2 alone; restart it");
		Files.writeString(file, "{\"version\":2,\"pid\":");
		assertThatIOException().isThrownBy(() -> HandoverFile.read(file))
			.withMessageStartingWith("what the running master hands over cannot be read: ");
	}

	@Test
	void whenItIsMeantForAnotherProcessThenNothingIsLeft() throws IOException {
		Path file = this.directory.resolve("handover");
		HandoverFile.write(file, handover(), Duration.ofMinutes(5));
		Map<String, String> environment = Map.of(WorkerSpec.HANDOVER_VARIABLE, file.toString());
		assertThat(Handover.of(environment, 41)).hasValue(handover());
		assertThat(Handover.of(environment, 42)).isEmpty();
		assertThat(Handover.of(Map.of(), 41)).isEmpty();
		assertThat(Handover.trial(environment)).isEmpty();
		Files.delete(file);
		assertThat(Handover.of(environment, 41)).isEmpty();
	}

	@Test
	void whenItIsATrialThenNothingIsTakenAndItCanBeAccepted() throws IOException {
		Handover.Trial trial = new Handover.Trial(this.directory.resolve("handover.trial"));
		HandoverFile.write(trial.file(), handover(), Duration.ofMinutes(5));
		Map<String, String> environment = Map.of(WorkerSpec.HANDOVER_VARIABLE, trial.variable());
		assertThat(Handover.of(environment, 41)).isEmpty();
		assertThat(Handover.trial(environment)).hasValue(trial);
		assertThat(trial.handover()).isEqualTo(handover());
		assertThat(trial.isAccepted()).isFalse();
		trial.accept();
		assertThat(trial.isAccepted()).isTrue();
		trial.clean();
		assertThat(this.directory).isEmptyDirectory();
	}

	private static Handover handover() {
		Instant now = Instant.EPOCH.plusNanos(987_654_321_123_456_789L);
		List<CarriedWorker> workers = new ArrayList<>();
		List<Obituary> obituaries = new ArrayList<>();
		for (ExitCause cause : CAUSES) {
			WorkerId id = new WorkerId(workers.size(), 100L + workers.size());
			CarriedWorker.Leaving leaving = new CarriedWorker.Leaving(cause, true, false, true, false,
					Optional.of("DRAIN"), Optional.of(now.plusSeconds(3)),
					List.of(new CarriedWorker.Ahead("KILL", Duration.ZERO)));
			workers.add(new CarriedWorker(id, 4711, 3, worn(Optional.of(now)), WorkerState.DRAINING,
					WorkerState.ACCEPTING, now, now.plusNanos(1), Optional.of(now.plusNanos(2)), Optional.of(cause),
					Optional.of(leaving), "stack", true, false,
					Optional.of(new Vitals(now, Duration.ofMillis(7), 1, Optional.of(now), 5, 1))));
			obituaries.add(new Obituary(id, 4711, 2, WorkerState.ACCEPTING, cause, Duration.ofNanos(5_000_000_001L), 12,
					3, "stäck", postmortem()));
		}
		workers.add(new CarriedWorker(new WorkerId(9, 9), 1, 1, worn(Optional.empty()), WorkerState.SPAWNED,
				WorkerState.SPAWNED, now, now, Optional.empty(), Optional.empty(), Optional.empty(), "", false, true,
				Optional.empty()));
		RolloutView failed = new RolloutView(4, true, RolloutView.Stage.FAILED, "no", "way", Duration.ofSeconds(9));
		CarriedPool pool = new CarriedPool(4, true, 17, Optional.of(now), workers,
				new CarriedPool.Rollouts(3, 5, Optional.of(failed), Map.of(RolloutView.Stage.FAILED, 1L),
						Optional.of(new WorkerId(9, 9))),
				new CarriedPool.Exits(obituaries, Map.of(ExitCause.Kind.OOM_KILL, 2L, ExitCause.Kind.SIGNAL, 0L)),
				new CarriedPool.Crashes(
						Map.of(2, new CarriedPool.Place(2, true, 16, Optional.of(now), List.of(now)), 3,
								new CarriedPool.Place(0, false, 0, Optional.empty(), List.of())),
						List.of(now), "fatal"),
				new CarriedPool.Scale(3, Duration.ofSeconds(4), Optional.empty(), "scaling",
						Map.of(ScaleReason.IDLE, 4L), Optional.of(new CarriedPool.Refusal(ScaleReason.MEMORY, now))));
		return new Handover(Handover.VERSION, 41, Path.of("/run/prefork-41"), Optional.of(Path.of("/run/app.pid")),
				true, false,
				List.of(new Handover.Socket(":8080", 64, "[::]:8080", Listener.Family.INET6, 8080),
						new Handover.Socket("unix:/run/ä.sock", -1, "unix:/run/ä.sock", Listener.Family.UNIX, 0)),
				Optional.of("abc"),
				new Handover.Counts(123, 2, new Handover.Gone(1, 2, 3, 4, 5, 6), OptionalLong.of(3)), pool,
				List.of(new Handover.Child(new WorkerId(0, 100), 4711, 3, Instant.ofEpochMilli(1_700_000_000_123L),
						new WorkerLauncher.Faults(Optional.of("hs_err_%p.log"), true), true)));
	}

	private static CarriedWorker.Worn worn(Optional<Instant> fullSince) {
		return new CarriedWorker.Worn(Long.MAX_VALUE, Duration.ofHours(1), 1 << 30, 2, new HeapAfterGc(5, 6, 7), 1,
				fullSince, Duration.ofSeconds(3));
	}

	private static Postmortem postmortem() {
		return new Postmortem(Optional.of(Instant.ofEpochMilli(1_700_000_000_123L)),
				new Postmortem.Traces(Postmortem.OomKill.COUNTED, "memory was short", true, true),
				Optional.of(new Postmortem.Crash("SIGSEGV", false, "/tmp/hs_err", "# A fatal error")),
				new Postmortem.Memory(1, 2, 3), List.of(new Postmortem.InFlight("GET /", Duration.ofMillis(4200))),
				"last\nwords");
	}

}
