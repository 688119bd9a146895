package io.prefork.spring.launch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.pool.ExitCause;
import io.prefork.pool.Obituary;
import io.prefork.pool.Postmortem;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import io.prefork.spring.WorkerExitedEvent;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ExitEventsTests {

	@Test
	void whenWorkersExitThenListenersAreToldInOrderAndOnAnotherThread() {
		List<WorkerExitedEvent> told = new CopyOnWriteArrayList<>();
		List<String> threads = new CopyOnWriteArrayList<>();
		ApplicationListener<WorkerExitedEvent> listener = (event) -> {
			told.add(event);
			threads.add(Thread.currentThread().getName());
			if (told.size() == 1) {
				throw new IllegalStateException("the first one fails");
			}
		};
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.addApplicationListener(listener);
			context.refresh();
			ExitEvents events = new ExitEvents(context);
			for (int slot = 0; slot < 5; slot++) {
				events.accept(obituary(slot));
			}
			await().until(() -> told.size() == 5);
		}
		assertThat(told).extracting((event) -> event.getObituary().worker().slot()).containsExactly(0, 1, 2, 3, 4);
		assertThat(told.get(0).getCause()).isEqualTo(new ExitCause.OomKilled(0));
		assertThat(threads).containsOnly("prefork-events");
	}

	private static Obituary obituary(int slot) {
		return new Obituary(new WorkerId(slot, 1), 7, 1, WorkerState.ACCEPTING, new ExitCause.OomKilled(0),
				Duration.ofSeconds(1), 0, 0, "", Postmortem.NONE);
	}

}
