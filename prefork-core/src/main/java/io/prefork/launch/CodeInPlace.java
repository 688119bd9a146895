package io.prefork.launch;

import java.io.IOException;
import java.util.Optional;

/**
 * Workers run from where the application is.
 *
 * @param entryPoint where the master began
 * @param reason why nothing is laid out, a clause
 */
public record CodeInPlace(EntryPoint entryPoint, String reason) implements WorkerCode {

	@Override
	public EntryPoint entryPoint(int generation) {
		return this.entryPoint;
	}

	@Override
	public void prepareCurrent(int generation) {
		// It is what it is
	}

	@Override
	public void preparePrevious(int generation) throws IOException {
		throw new IOException(
				"there is no previous code, since workers run from where the application is: " + this.reason);
	}

	@Override
	public Optional<String> id(int generation) {
		return Optional.empty();
	}

	@Override
	public void resume(int generation, Optional<String> id) {
		// It is where it is
	}

	@Override
	public void used(int generation) {
		// Nothing is kept
	}

}
