package io.prefork.spring.netty;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.AbstractEventLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of the server's channel, without a thread: tasks are run one after the
 * other, by whoever brings one while nobody runs any. So a connection goes from the
 * thread that accepted it straight to the event loop that serves it. Nobody waits: who
 * comes while another runs tasks leaves his to that one.
 */
final class ArrivalLoop extends AbstractEventLoop {

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();

	private final Promise<?> termination = GlobalEventExecutor.INSTANCE.newPromise();

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
		while (!this.tasks.isEmpty() && this.running.compareAndSet(null, Thread.currentThread())) {
			try {
				Runnable next;
				while ((next = this.tasks.poll()) != null) {
					safeExecute(next);
				}
			}
			finally {
				this.running.set(null);
			}
		}
	}

	@Override
	public boolean inEventLoop(Thread thread) {
		return this.running.get() == thread;
	}

	@Override
	public ChannelFuture register(Channel channel) {
		return register(new DefaultChannelPromise(channel, this));
	}

	@Override
	public ChannelFuture register(ChannelPromise promise) {
		promise.channel().unsafe().register(this, promise);
		return promise;
	}

	@Override
	@Deprecated
	public ChannelFuture register(Channel channel, ChannelPromise promise) {
		channel.unsafe().register(this, promise);
		return promise;
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
		return GlobalEventExecutor.INSTANCE.schedule(() -> execute(task), delay, unit);
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * There is nothing that could not go on for those who come late.
	 */
	@Override
	public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
		this.termination.trySuccess(null);
		return this.termination;
	}

	@Override
	@Deprecated
	public void shutdown() {
		shutdownGracefully();
	}

	@Override
	public Future<?> terminationFuture() {
		return this.termination;
	}

	@Override
	public boolean isShuttingDown() {
		return this.termination.isDone();
	}

	@Override
	public boolean isShutdown() {
		return isShuttingDown();
	}

	@Override
	public boolean isTerminated() {
		return isShuttingDown();
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		return this.termination.await(timeout, unit);
	}

}
