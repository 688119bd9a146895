package io.prefork.master;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener.Family;
import io.prefork.os.Scheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ListenerSetTests {

	private static final ListenOptions OPTIONS = new ListenOptions(128, false, Duration.ZERO);

	private static final List<BindAddress> ADDRESSES = Stream.of(":1", "unix:/run/app.sock", ":3")
		.map(BindAddress::parse)
		.toList();

	private final FakeOperatingSystem os = new FakeOperatingSystem();

	@Test
	void whenAllCanBeHadThenTheyAreInTheOrderOfTheirAddressesUntilClosed() throws ListenException {
		ListenerSet set = ListenerSet.open(this.os, ADDRESSES, OPTIONS);
		assertThat(set.all()).extracting("address").containsExactly(":1", "unix:/run/app.sock", ":3");
		assertThat(this.os.listeners).noneMatch((listener) -> listener.closed);
		set.close();
		assertThat(this.os.listeners).allMatch((listener) -> listener.closed);
	}

	@Test
	void whenAddressSaysWhatIsSpokenThenItIsKnown() throws ListenException {
		List<BindAddress> addresses = Stream.of("https://:1", "http://:2", ":3").map(BindAddress::parse).toList();
		ListenerSet set = ListenerSet.open(this.os, addresses, OPTIONS);
		assertThat(set.all()).extracting(set::scheme).containsExactly(Scheme.HTTPS, Scheme.HTTP, Scheme.UNSAID);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenOneCannotBeHadThenTheOthersAreClosed(Exception failure) {
		this.os.listenFailures.put(":3", failure);
		assertThatThrownBy(() -> ListenerSet.open(this.os, ADDRESSES, OPTIONS)).isSameAs(failure);
		assertThat(this.os.listeners).hasSize(2).allMatch((listener) -> listener.closed);
	}

	private static Stream<Exception> failures() {
		return Stream.of(new ListenException(":3", "in use", "Stop the other"), new IllegalStateException("broken"));
	}

	@Test
	void whenProgramIsReplacedThenTheNextOneHasTheSameSockets() throws ListenException {
		ListenerSet set = ListenerSet.open(this.os, ADDRESSES, OPTIONS);
		List<Handover.Socket> carried = set.carry();
		assertThat(carried).extracting(Handover.Socket::descriptor).containsExactly(100, 101, 102);
		assertThat(ListenerSet.obstacle(ADDRESSES, false, carried)).isEmpty();
		ListenerSet next = ListenerSet.resume(this.os, ADDRESSES, OPTIONS, carried);
		assertThat(next.carry()).isEqualTo(carried);
		BindAddress inherited = BindAddress.parse("fd://3");
		assertThat(ListenerSet.open(this.os, List.of(inherited), OPTIONS).carry()).singleElement()
			.satisfies((socket) -> assertThat(socket.descriptor()).isEqualTo(3));
	}

	@Test
	void whenAddressesHaveChangedThenTheSocketsCannotBeTakenOver() throws ListenException {
		List<Handover.Socket> carried = ListenerSet.open(this.os, ADDRESSES, OPTIONS).carry();
		assertThat(ListenerSet.obstacle(ADDRESSES.subList(0, 2), false, carried)).hasValue(
				"the master listens on [:1, unix:/run/app.sock, :3] and would have to listen on [:1, unix:/run/app.sock]");
		assertThat(ListenerSet.obstacle(ADDRESSES, true, carried)).hasValue("'prefork.reuse-port' has changed");
		List<Handover.Socket> own = List.of(new Handover.Socket(":1", -1, "0.0.0.0:1", Family.INET, 1));
		assertThat(ListenerSet.obstacle(ADDRESSES.subList(0, 1), true, own)).isEmpty();
		assertThat(ListenerSet.obstacle(ADDRESSES.subList(0, 1), false, own))
			.hasValue("'prefork.reuse-port' has changed");
	}

	@Test
	void whenServerStopsThenNewConnectionsAreRefusedAndQueuesAreWatchedAsFarAsTheKernelTells() throws ListenException {
		ListenerSet set = ListenerSet.open(this.os, ADDRESSES, OPTIONS);
		set.refuseNew();
		assertThat(this.os.listeners).allMatch((listener) -> listener.refusing);
		assertThat(set.queuesEmpty()).isTrue();
		this.os.listeners.get(2).queued = 1;
		assertThat(set.queuesEmpty()).isFalse();
		this.os.listeners.get(2).queued = 0;
		assertThat(set.queuesEmpty()).isTrue();
	}

}
