package io.prefork.os;

import java.io.IOException;

/**
 * Limits on what a process may use ({@code getrlimit(2)}), which its children inherit.
 */
public interface ResourceLimits {

	/**
	 * Reads a limit.
	 * @param resource of what
	 * @return the limit
	 * @throws IOException if that fails
	 */
	Limit get(Resource resource) throws IOException;

	/**
	 * Sets a limit.
	 * @param resource of what
	 * @param limit the limit
	 * @return {@code false} if it is not permitted, because the hard limit would rise
	 * @throws IOException if it fails for another reason
	 */
	boolean trySet(Resource resource, Limit limit) throws IOException;

	/**
	 * What is limited.
	 */
	enum Resource {

		/** Open descriptors; the highest number is one less. */
		OPEN_FILES,
		/** Bytes of a core dump; 0 for none. */
		CORE_SIZE

	}

	/**
	 * A limit, {@link #UNLIMITED} or not negative.
	 *
	 * @param soft what the kernel enforces; not above {@code hard}
	 * @param hard up to where a process may raise {@code soft}; only root may raise it
	 */
	record Limit(long soft, long hard) {

		/**
		 * No limit.
		 */
		public static final long UNLIMITED = Long.MAX_VALUE;

	}

}
