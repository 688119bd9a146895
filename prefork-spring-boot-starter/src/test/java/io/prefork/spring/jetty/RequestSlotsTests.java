package io.prefork.spring.jetty;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestSlots}.
 */
class RequestSlotsTests {

	private final RequestSlots slots = new RequestSlots(1);

	private final AtomicInteger served = new AtomicInteger();

	@Test
	void whenSlotIsGivenBackThenTheNextGetsIt() {
		assertThat(this.slots.take(this::serve)).isTrue();
		assertThat(this.slots.take(this::serve)).isFalse();
		assertThat(this.slots.take(this::serve)).isFalse();
		this.slots.giveBack();
		assertThat(this.served).hasValue(1);
		this.slots.giveBack();
		assertThat(this.served).hasValue(2);
	}

	@Test
	void whenTheNextDoesNotUseItThenTheOneAfterItGetsIt() {
		assertThat(this.slots.take(this::serve)).isTrue();
		assertThat(this.slots.take(() -> false)).isFalse();
		assertThat(this.slots.take(this::serve)).isFalse();
		this.slots.giveBack();
		assertThat(this.served).hasValue(1);
		assertThat(this.slots.take(this::serve)).isFalse();
	}

	@Test
	void whenNobodyUsesItThenItIsFree() {
		assertThat(this.slots.take(this::serve)).isTrue();
		for (int i = 0; i < 100_000; i++) {
			assertThat(this.slots.take(() -> false)).isFalse();
		}
		this.slots.giveBack();
		assertThat(this.slots.take(this::serve)).isTrue();
		assertThat(this.slots.take(this::serve)).isFalse();
	}

	private boolean serve() {
		this.served.incrementAndGet();
		return true;
	}

}
