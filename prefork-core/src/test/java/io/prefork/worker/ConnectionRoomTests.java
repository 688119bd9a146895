package io.prefork.worker;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ConnectionRoom}.
 */
class ConnectionRoomTests {

	@Test
	void whenOneConnectionIsAllowedThenEveryAcceptorHasAPlaceToWaitIn() {
		assertThat(new ConnectionRoom(1, 3).left()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 512 })
	void whenAnyNumberIsAllowedThenThereIsRoomAndAcceptorsCanBeFreed(int acceptors) {
		ConnectionRoom room = new ConnectionRoom(Integer.MAX_VALUE, acceptors);
		int places = room.left();
		assertThat(places).isGreaterThanOrEqualTo(1 << 30);
		for (int i = 0; i < 3 * acceptors; i++) {
			room.giveBack();
		}
		assertThat(room.left()).isEqualTo(places + 3 * acceptors);
	}

	@Test
	void whenThereIsNoRoomThenAnAcceptorWaitsForIt() {
		ConnectionRoom room = new ConnectionRoom(1, 1);
		room.take();
		CompletableFuture<Void> next = CompletableFuture.runAsync(room::take);
		assertThat(next).isNotDone();
		room.giveBack();
		await().until(next::isDone);
	}

}
