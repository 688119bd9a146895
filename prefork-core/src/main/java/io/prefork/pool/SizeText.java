package io.prefork.pool;

/**
 * Sizes of memory as people write them: {@code 512 KiB}, {@code 250 MiB}.
 */
final class SizeText {

	private static final long KIB = 1024;

	private static final long MIB = 1024 * KIB;

	private SizeText() {
	}

	static String of(long bytes) {
		return (bytes < MIB) ? bytes / KIB + " KiB" : bytes / MIB + " MiB";
	}

}
