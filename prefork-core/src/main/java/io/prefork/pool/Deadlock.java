package io.prefork.pool;

/**
 * Cause of a worker's end: threads of it waited for each other, for ever.
 *
 * @param threads threads that waited for each other
 * @param requests requests whose threads were among them, or waited for them
 */
public record Deadlock(int threads, int requests) implements ExitCause {

	@Override
	public Kind kind() {
		return Kind.DEADLOCK;
	}

	@Override
	public String describe() {
		return "deadlock of " + this.threads + " threads" + switch (this.requests) {
			case 0 -> "";
			case 1 -> ", on which 1 request hung";
			default -> ", on which " + this.requests + " requests hung";
		};
	}

}
