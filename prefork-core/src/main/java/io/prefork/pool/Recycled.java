package io.prefork.pool;

/**
 * Cause of a worker's end: it had reached a limit and was replaced.
 *
 * @param limit which limit
 * @param bound the limit as it is set, readable
 * @param value what it had reached, readable
 */
public record Recycled(Limit limit, String bound, String value) implements ExitCause {

	/**
	 * Limits of what a worker may serve and how large it may grow.
	 */
	public enum Limit {

		/** Requests answered. */
		REQUESTS(Kind.MAX_REQUESTS),
		/** Time of being ready. */
		AGE(Kind.MAX_AGE),
		/** Resident memory. */
		MEMORY(Kind.MAX_MEMORY),
		/** What collections leave in the heap. */
		HEAP(Kind.MAX_HEAP_AFTER_GC);

		private final Kind kind;

		Limit(Kind kind) {
			this.kind = kind;
		}

	}

	@Override
	public Kind kind() {
		return this.limit.kind;
	}

	/**
	 * The limit and the value, such as {@code max-requests 1000: 1003 answered}.
	 */
	String reached() {
		return kind().label() + " " + this.bound + ": " + this.value;
	}

	/**
	 * Whether it had grown too large, rather than served for long enough.
	 */
	boolean isTooLarge() {
		return switch (this.limit) {
			case REQUESTS, AGE -> false;
			case MEMORY, HEAP -> true;
		};
	}

	@Override
	public String describe() {
		return "recycled (" + reached() + ")";
	}

}
