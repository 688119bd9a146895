package io.prefork.control;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Records what the master says of itself.
 */
public class RecordingListener implements ControlClient.Listener {

	public final List<Message> told = new CopyOnWriteArrayList<>();

	public final AtomicInteger gone = new AtomicInteger();

	@Override
	public void told(Message message) {
		this.told.add(message);
	}

	@Override
	public void masterGone() {
		this.gone.incrementAndGet();
	}

}
