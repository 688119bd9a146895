package io.prefork.master;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.ProgramImage;
import io.prefork.os.Signal;
import io.prefork.os.Succession;

/**
 * A succession that never comes about, but has been asked for.
 */
class FakeSuccession implements Succession {

	final List<ProgramImage> replacements = new CopyOnWriteArrayList<>();

	final List<Set<Integer>> kept = new CopyOnWriteArrayList<>();

	/** Done while the process would become the other program. */
	volatile Runnable whenReplaced = () -> {
	};

	@Override
	public void replace(ProgramImage image, Set<Integer> kept, BooleanSupplier lastLook) throws IOException {
		if (!lastLook.getAsBoolean()) {
			return;
		}
		this.replacements.add(image);
		this.kept.add(kept);
		this.whenReplaced.run();
		throw new IOException("execve: no such luck");
	}

	@Override
	public Listener adopt(BindAddress address, int descriptor, ListenOptions options) {
		return new FakeListener(descriptor, address.toString());
	}

	@Override
	public void receiveHangUp(Signal handled) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void receiveSignals() {
		throw new UnsupportedOperationException();
	}

}
