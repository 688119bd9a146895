package io.prefork.pool;

/**
 * What the old generation of a worker's heap held after the last collection of it: what
 * the application keeps, without garbage, or nearly so. Where the heap has no
 * generations, that of the whole heap.
 *
 * @param used bytes in use
 * @param max bytes that it can have, or 0 if it was never collected
 * @param collections how many collections have been seen, to tell one from the next
 */
public record HeapAfterGc(long used, long max, long collections) {

	/**
	 * It was never collected.
	 */
	public static final HeapAfterGc NONE = new HeapAfterGc(0, 0, 0);

	/**
	 * The share in use, in whole percent.
	 */
	int percent() {
		return (this.max > 0) ? (int) (100.0 * this.used / this.max) : 0;
	}

}
