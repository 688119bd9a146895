package io.prefork.launch;

/**
 * How many workers there are to be.
 *
 * @param workers the number, from 1 to {@value #MOST}
 * @param explanation where the number comes from, a line for the log
 */
public record WorkerCount(int workers, String explanation) {

	/**
	 * The most that can be asked for.
	 */
	public static final int MOST = 512;

}
