package io.prefork.launch;

import java.io.IOException;
import java.util.Optional;

/**
 * The code that workers run, by generation. A generation that was not made ready runs the
 * code of the one before it.
 */
public sealed interface WorkerCode permits CodeInPlace, LaidOutCode {

	/**
	 * Where workers of a generation begin. Never blocks; for any thread.
	 * @param generation the generation, from 1
	 * @return jar, class or module
	 */
	EntryPoint entryPoint(int generation);

	/**
	 * Makes ready, for a generation, what the application is on disk now. Blocks, for
	 * seconds perhaps; never called twice at a time.
	 * @param generation the generation, from 1
	 * @throws BrokenArchiveException if the application is not whole
	 * @throws IOException if it cannot be done; the message says why
	 */
	void prepareCurrent(int generation) throws IOException;

	/**
	 * Makes ready, for a generation, the code that was there before: the last that has
	 * proven itself and has not the same content as that of the pool's generation.
	 * Blocks; never called twice at a time.
	 * @param generation the generation
	 * @throws IOException if there is none; the message says why
	 */
	void preparePrevious(int generation) throws IOException;

	/**
	 * What identifies the code of a generation beyond this process. For any thread.
	 * @param generation the generation
	 * @return its id, or empty if that is where the application is
	 */
	Optional<String> id(int generation);

	/**
	 * Goes on with code that was made ready, and has proven itself, in another process.
	 * Blocks; called before anything else.
	 * @param generation the generation
	 * @param id what identifies its code there, or empty if that was where the
	 * application is
	 * @throws IOException if neither that can be had, nor what is on disk now; the
	 * message says why
	 */
	void resume(int generation, Optional<String> id) throws IOException;

	/**
	 * Says that a generation has proven itself, and is now the pool's. Does not block;
	 * for any thread.
	 * @param generation the generation
	 */
	void used(int generation);

}
