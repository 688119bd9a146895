package io.prefork.spring.netty;

import java.io.IOException;
import java.lang.Thread.State;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.worker.SharedListener;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Acceptor}.
 */
class AcceptorTests {

	@Test
	void whenThereIsNoMemoryThenItIsTriedAgain() throws IOException {
		try (TestListener listener = TestListener.tcp()) {
			StubWorker worker = new StubWorker(StubWorker.reactive(1), listener);
			NettyEndpoint endpoint = new NettyEndpoint(worker, TestListener::copy, true, null);
			InheritedListener inherited = worker.spec().listeners().get(0);
			NoMemory channel = new NoMemory();
			SharedListener shared = new SharedListener(worker, inherited, (any) -> channel);
			shared.open();
			new Acceptor(endpoint, shared).start(new InetServerChannel(endpoint, List.of(inherited)));
			worker.gate().open();
			await().until(() -> channel.tries.get() > 1);
			endpoint.stopAccepting();
			await().until(() -> acceptors(inherited).isEmpty());
		}
	}

	@Test
	void whenInterruptedThenItGoesOn() throws IOException {
		try (TestListener listener = TestListener.tcp()) {
			StubWorker worker = new StubWorker(StubWorker.reactive(1), listener);
			NettyEndpoint endpoint = new NettyEndpoint(worker, TestListener::copy, true, null);
			InheritedListener inherited = worker.spec().listeners().get(0);
			NoMemory channel = new NoMemory();
			SharedListener shared = new SharedListener(worker, inherited, (any) -> channel);
			shared.open();
			new Acceptor(endpoint, shared).start(new InetServerChannel(endpoint, List.of(inherited)));
			await().until(() -> acceptors(inherited).stream().anyMatch((thread) -> thread.getState() == State.WAITING));
			acceptors(inherited).forEach(Thread::interrupt);
			worker.gate().open();
			await().until(() -> channel.tries.get() > 0);
			endpoint.stopAccepting();
			shared.stop();
			await().until(() -> acceptors(inherited).isEmpty());
		}
	}

	private static List<Thread> acceptors(InheritedListener listener) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("prefork-acceptor-" + listener.address()))
			.toList();
	}

	private static final class NoMemory extends ServerSocketChannel {

		private final AtomicInteger tries = new AtomicInteger();

		private NoMemory() {
			super(SelectorProvider.provider());
		}

		@Override
		public SocketChannel accept() {
			this.tries.incrementAndGet();
			throw new OutOfMemoryError("for a test");
		}

		@Override
		public ServerSocketChannel bind(SocketAddress local, int backlog) {
			throw new UnsupportedOperationException();
		}

		@Override
		public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
			throw new UnsupportedOperationException();
		}

		@Override
		public <T> T getOption(SocketOption<T> name) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Set<SocketOption<?>> supportedOptions() {
			return Set.of();
		}

		@Override
		public ServerSocket socket() {
			throw new UnsupportedOperationException();
		}

		@Override
		public SocketAddress getLocalAddress() throws IOException {
			throw new IOException("not bound");
		}

		@Override
		protected void implCloseSelectableChannel() {
		}

		@Override
		protected void implConfigureBlocking(boolean block) {
		}

	}

}
