package io.prefork.worker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link AcceptGate}.
 */
class AcceptGateTests {

	private static final Duration FOREVER = Duration.ofHours(1);

	private static final Duration A_WHILE = Duration.ofMillis(100);

	private static final Duration SOON = Duration.ofSeconds(30);

	private final ExecutorService acceptors = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.acceptors.shutdownNow();
	}

	@Test
	void whenNewThenClosed() {
		AcceptGate gate = new AcceptGate(1, false, FOREVER);
		assertHeldBack(pass(gate));
	}

	@Test
	void whenOpenedThenWaitingAcceptorPasses() {
		AcceptGate gate = new AcceptGate(1, false, FOREVER);
		CompletableFuture<Boolean> pass = pass(gate);
		gate.open();
		assertThat(pass).succeedsWithin(SOON).isEqualTo(true);
	}

	@Test
	void whenClosedAgainThenHoldsBack() {
		AcceptGate gate = openGate(1);
		gate.close();
		assertThat(gate.isOpen()).isFalse();
		assertHeldBack(pass(gate));
	}

	@Test
	void whenShutThenWaitingAcceptorIsSentAwayForGood() {
		AcceptGate gate = new AcceptGate(1, false, FOREVER);
		CompletableFuture<Boolean> pass = pass(gate);
		gate.shut();
		gate.open();
		assertThat(pass).succeedsWithin(SOON).isEqualTo(false);
		assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(false);
		assertThat(gate.isOpen()).isFalse();
	}

	@Test
	void whenConnectionArrivedThenItHoldsASlot() {
		AcceptGate gate = openGate(1);
		gate.accepted();
		assertThat(gate.taken()).isEqualTo(1);
		assertThat(gate.acceptedConnections()).isEqualTo(1);
		assertHeldBack(pass(gate));
	}

	@Test
	void whenConnectionClosesThenSlotIsFree() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim claim = gate.accepted();
		CompletableFuture<Boolean> pass = pass(gate);
		claim.close();
		assertThat(pass).succeedsWithin(SOON).isEqualTo(true);
	}

	@Test
	void whenConnectionStaysSilentThenSlotIsFree() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofMillis(50));
		gate.open();
		gate.accepted();
		assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		assertThat(gate.taken()).isZero();
	}

	@Test
	void whenConnectionsStaySilentOneAfterTheOtherThenTheyDoNotHoldTheSlotForTheWholePatienceEach() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofSeconds(1));
		gate.open();
		for (int i = 0; i < 50; i++) {
			gate.accepted();
			assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		}
		assertThat(gate.patience()).isEqualTo(Patience.LEAST);
	}

	@Test
	void whenConnectionsSpeakThenThereIsPatienceAgain() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofMillis(10));
		gate.open();
		gate.accepted();
		assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		assertThat(gate.patience()).isEqualTo(Duration.ofMillis(5));
		for (int i = 0; i < 10; i++) {
			AcceptGate.Claim claim = gate.accepted();
			claim.occupy();
			claim.settle();
			claim.close();
		}
		assertThat(gate.patience()).isEqualTo(Duration.ofMillis(10));
	}

	@Test
	void whenConnectionsSpeakAfterTheyWereGivenUpButWithinTheWholePatienceThenThereIsPatienceAgain() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofSeconds(2));
		gate.open();
		silence(gate);
		for (int i = 0; i < 30; i++) {
			AcceptGate.Claim claim = gate.accepted();
			claim.occupy();
			claim.vacate();
			assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
			speak(claim);
			speak(claim);
			claim.close();
		}
		assertThat(gate.patience()).isBetween(Duration.ofMillis(10), Duration.ofMillis(500));
	}

	@Test
	void whenConnectionsSpeakLaterThanWithinTheWholePatienceThenThereIsNoMoreOfIt() {
		Duration patience = Duration.ofMillis(20);
		AcceptGate gate = new AcceptGate(1, false, patience);
		gate.open();
		silence(gate);
		AcceptGate.Claim claim = gate.accepted();
		assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		long since = System.nanoTime();
		await().until(() -> System.nanoTime() - since > patience.toNanos());
		speak(claim);
		assertThat(gate.patience()).isEqualTo(Patience.LEAST);
	}

	private void silence(AcceptGate gate) {
		while (gate.patience().compareTo(Patience.LEAST) > 0) {
			gate.accepted();
			assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		}
	}

	private static void speak(AcceptGate.Claim claim) {
		claim.occupy();
		claim.settle();
		claim.vacate();
	}

	@Test
	void whenThereIsOneSlotThenTheRequestThatHoldsItDoesNotMakeItFullToItsConnection() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim first = gate.claim();
		first.occupy();
		assertThat(gate.isFull()).isTrue();
		assertThat(gate.isFullToKeptAlive()).isFalse();
		gate.claim().occupy();
		assertThat(gate.isFullToKeptAlive()).isTrue();
	}

	@Test
	void whenAllOfSeveralSlotsAreTakenThenItIsFullToKeptAliveConnections() {
		AcceptGate gate = openGate(2);
		gate.claim().occupy();
		assertThat(gate.isFullToKeptAlive()).isFalse();
		gate.claim().occupy();
		assertThat(gate.isFullToKeptAlive()).isTrue();
	}

	@Test
	void whenSilentConnectionSpeaksThenItHoldsASlotAgain() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofMillis(1));
		gate.open();
		AcceptGate.Claim claim = gate.accepted();
		assertThat(pass(gate)).succeedsWithin(SOON).isEqualTo(true);
		claim.occupy();
		assertThat(gate.taken()).isEqualTo(1);
		assertHeldBack(pass(gate));
	}

	@Test
	void whenBytesWaitForAThreadThenPatienceDoesNotEndTheClaim() {
		AcceptGate gate = new AcceptGate(1, false, Duration.ofMillis(1));
		gate.open();
		AcceptGate.Claim claim = gate.accepted();
		claim.occupy();
		assertHeldBack(pass(gate));
		assertThat(gate.taken()).isEqualTo(1);
	}

	@Test
	void whenRequestRunsThenOneSlotIsHeldUntilItEnds() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim claim = gate.accepted();
		claim.occupy();
		claim.settle();
		claim.occupy();
		assertThat(gate.taken()).isEqualTo(1);
		assertThat(claim.isOccupied()).isTrue();
		claim.vacate();
		assertThat(gate.taken()).isEqualTo(1);
		claim.vacate();
		assertThat(gate.taken()).isZero();
		assertThat(claim.isOccupied()).isFalse();
	}

	@Test
	void whenHalfAHeadWasReadThenConnectionIsStillArriving() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim claim = gate.accepted();
		claim.occupy();
		claim.vacate();
		assertThat(gate.taken()).isEqualTo(1);
		claim.settle();
		assertThat(gate.taken()).isZero();
	}

	@Test
	void whenClosedThenNothingIsHeldAnyMore() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim claim = gate.accepted();
		claim.occupy();
		claim.close();
		claim.close();
		claim.vacate();
		claim.settle();
		claim.occupy();
		assertThat(gate.taken()).isZero();
	}

	@Test
	void whenSlotIsTakenAgainByKeptAliveConnectionThenWaitingAcceptorHasItsTurn() {
		AcceptGate gate = new AcceptGate(1, true, FOREVER);
		gate.open();
		AcceptGate.Claim first = gate.claim();
		AcceptGate.Claim second = gate.claim();
		first.occupy();
		second.occupy();
		CompletableFuture<Boolean> pass = pass(gate);
		first.vacate();
		assertThat(pass).succeedsWithin(SOON).isEqualTo(true);
		assertHeldBack(pass(gate));
	}

	@Test
	void whenStrictThenThereAreNoTurns() {
		AcceptGate gate = openGate(1);
		AcceptGate.Claim first = gate.claim();
		AcceptGate.Claim second = gate.claim();
		first.occupy();
		second.occupy();
		CompletableFuture<Boolean> pass = pass(gate);
		first.vacate();
		assertHeldBack(pass);
		second.vacate();
		assertThat(pass).succeedsWithin(SOON).isEqualTo(true);
	}

	@Test
	void whenClaimExpiresAndRequestsHangThenNobodyHasATurn() {
		AcceptGate gate = new AcceptGate(1, true, Duration.ofMillis(20));
		gate.open();
		gate.claim().occupy();
		gate.accepted();
		assertHeldBack(pass(gate));
		assertThat(gate.taken()).isEqualTo(1);
	}

	@Test
	void whenSlotsAreGivenBackWhileAcceptorsComeAndGoThenNoWakeUpIsLost() throws Exception {
		AcceptGate gate = new AcceptGate(2, false, FOREVER);
		gate.open();
		int connections = 20_000;
		AtomicBoolean tooMany = new AtomicBoolean();
		ExecutorService requests = Executors.newFixedThreadPool(4);
		CountDownLatch served = new CountDownLatch(connections);
		for (int i = 0; i < connections; i++) {
			assertThat(gate.await()).isTrue();
			AcceptGate.Claim claim = gate.accepted();
			if (gate.taken() > 2) {
				tooMany.set(true);
			}
			claim.occupy();
			requests.execute(() -> {
				claim.settle();
				if (ThreadLocalRandom.current().nextBoolean()) {
					claim.vacate();
				}
				claim.close();
				served.countDown();
			});
		}
		assertThat(served.await(30, TimeUnit.SECONDS)).isTrue();
		requests.shutdown();
		assertThat(tooMany).isFalse();
		assertThat(gate.taken()).isZero();
		assertThat(gate.acceptedConnections()).isEqualTo(connections);
	}

	private AcceptGate openGate(int slots) {
		AcceptGate gate = new AcceptGate(slots, false, FOREVER);
		gate.open();
		return gate;
	}

	private CompletableFuture<Boolean> pass(AcceptGate gate) {
		CompletableFuture<Boolean> result = new CompletableFuture<>();
		Thread[] thread = new Thread[1];
		this.acceptors.execute(() -> {
			thread[0] = Thread.currentThread();
			try {
				result.complete(gate.await());
			}
			catch (InterruptedException ex) {
				result.cancel(false);
			}
		});
		await().pollInterval(Duration.ofMillis(1))
			.until(() -> result.isDone() || (thread[0] != null && switch (thread[0].getState()) {
				case WAITING, TIMED_WAITING -> true;
				default -> false;
			}));
		return result;
	}

	private void assertHeldBack(CompletableFuture<Boolean> pass) {
		await().during(A_WHILE).atMost(SOON).until(() -> !pass.isDone());
	}

}
