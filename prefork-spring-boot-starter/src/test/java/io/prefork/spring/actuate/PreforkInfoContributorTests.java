package io.prefork.spring.actuate;

import java.util.Map;

import io.prefork.control.PoolControl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.info.Info;

import static org.assertj.core.api.Assertions.assertThat;

class PreforkInfoContributorTests {

	private final FakePoolControl control = new FakePoolControl();

	@Test
	void whenProcessIsAWorkerThenInfoNamesItsSlot() {
		assertThat(info(this.control, 41)).containsEntry("prefork",
				Map.of("role", "worker", "masterPid", 7L, "slot", 0, "generation", 2));
	}

	@Test
	void whenProcessIsTheMasterThenInfoSaysSo() {
		assertThat(info(this.control, 7)).containsEntry("prefork", Map.of("role", "master", "masterPid", 7L));
	}

	@Test
	void whenMasterDoesNotAnswerThenInfoIsSilent() {
		this.control.failure = new IllegalStateException("link closed");
		assertThat(info(this.control, 41)).isEmpty();
	}

	@Test
	void whenProcessIsNotPartOfAPoolThenInfoIsSilent() {
		assertThat(info(null, 41)).isEmpty();
	}

	private Map<String, Object> info(@Nullable PoolControl control, long pid) {
		Info.Builder builder = new Info.Builder();
		new PreforkInfoContributor(new PoolSnapshot(new PoolControlProvider(control), System::nanoTime), pid)
			.contribute(builder);
		return builder.build().getDetails();
	}

}
