package io.prefork.spring.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.prefork.spring.WorkerAbortingEvent;
import io.prefork.spring.WorkerEvent;
import io.prefork.spring.WorkerExitingEvent;
import io.prefork.spring.WorkerLeavingEvent;
import io.prefork.spring.WorkerReadyEvent;
import io.prefork.spring.WorkersChangedEvent;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class WorkerEventsTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final WorkerEvents events = new WorkerEvents(this.context,
			new WorkerSpec(3, 9, 2, Path.of("/run"), List.of()));

	private final List<WorkerEvent> told = new CopyOnWriteArrayList<>();

	@BeforeEach
	void start() {
		this.context.refresh();
	}

	@AfterEach
	void end() {
		this.context.close();
	}

	@Test
	void whenWorkerLivesItsLifeThenEachEventSaysWhatHasHappenedToWhom() {
		listen(this.told::add);
		this.events.ready();
		this.events.workersChanged(2, 3);
		await().until(() -> this.told.size() == 2);
		this.events.aborting("a request is stuck", "the stack");
		await().until(() -> this.told.size() == 3);
		this.events.leaving("scale-down", false);
		this.events.leaving("it is to end at once", true);
		this.events.exiting();
		assertThat(this.told).hasExactlyElementsOfTypes(WorkerReadyEvent.class, WorkersChangedEvent.class,
				WorkerAbortingEvent.class, WorkerLeavingEvent.class, WorkerExitingEvent.class);
		assertThat(this.told).allMatch((event) -> event.getSlot() == 3 && event.getGeneration() == 2);
		WorkersChangedEvent changed = (WorkersChangedEvent) this.told.get(1);
		assertThat(List.of(changed.getPrevious(), changed.getWorkers())).containsExactly(2, 3);
		WorkerAbortingEvent aborting = (WorkerAbortingEvent) this.told.get(2);
		assertThat(List.of(aborting.getReason(), aborting.getEvidence())).containsExactly("a request is stuck",
				"the stack");
		WorkerLeavingEvent leaving = (WorkerLeavingEvent) this.told.get(3);
		assertThat(leaving.getReason()).isEqualTo("scale-down");
		assertThat(leaving.isQuick()).isFalse();
	}

	@Test
	void whenListenerFailsAtTheReadinessThenThatIsNoReadiness() {
		listen((event) -> {
			throw new IllegalStateException("the cache is cold");
		});
		assertThatIllegalStateException().isThrownBy(this.events::ready).withMessage("the cache is cold");
	}

	@Test
	void whenListenerFailsLaterThenThatIsLoggedAndHasNoEffect(CapturedOutput output) {
		listen((event) -> {
			throw new IllegalStateException("a failure on purpose");
		});
		this.events.leaving("scale-down", false);
		this.events.exiting();
		assertThat(output).contains("A listener failed at the WorkerLeavingEvent",
				"A listener failed at the WorkerExitingEvent");
	}

	@Test
	void whenListenerHangsThenNothingHangsWithIt(CapturedOutput output) {
		CountDownLatch never = new CountDownLatch(1);
		listen((event) -> {
			this.told.add(event);
			if (!(event instanceof WorkerExitingEvent)) {
				awaitUninterruptibly(never);
			}
		});
		this.events.workersChanged(1, 2);
		this.events.aborting("hung", "");
		this.events.leaving("hung", true);
		await().until(() -> this.told.size() == 3);
		this.events.exiting();
		never.countDown();
		assertThat(this.told).hasSize(4).last().isInstanceOf(WorkerExitingEvent.class);
		assertThat(output).contains("A listener is not done with the WorkerLeavingEvent");
	}

	private void listen(ApplicationListener<WorkerEvent> listener) {
		this.context.addApplicationListener(new ApplicationListener<WorkerEvent>() {

			@Override
			public void onApplicationEvent(WorkerEvent event) {
				listener.onApplicationEvent(event);
			}

		});
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
