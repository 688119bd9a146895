package io.prefork.pool;

/**
 * Why the number of workers was changed by their load, or was not.
 */
public enum ScaleReason {

	/** Up: too large a share of the slots is busy. */
	BUSY(Direction.UP),
	/** Up: connections are queued. */
	QUEUE(Direction.UP),
	/** Up: too few slots are free. */
	SPARE(Direction.UP),
	/** Down: fewer workers would do. */
	IDLE(Direction.DOWN),
	/** More are wanted, but there are as many as there may be. */
	MAXIMUM(Direction.NONE),
	/** More are wanted, but memory does not allow them. */
	MEMORY(Direction.NONE),
	/** More are wanted, but workers crash one after the other. */
	CRASHES(Direction.NONE);

	private final Direction direction;

	ScaleReason(Direction direction) {
		this.direction = direction;
	}

	/**
	 * Where the number went.
	 * @return the direction
	 */
	public Direction direction() {
		return this.direction;
	}

	/**
	 * Where a number of workers goes.
	 */
	public enum Direction {

		/** More workers. */
		UP,
		/** Fewer workers. */
		DOWN,
		/** As many as before, though more were wanted. */
		NONE

	}

}
