package io.prefork.pool;

/**
 * Numbers of things as people write them: {@code 1 worker}, {@code 3 workers}.
 */
final class CountText {

	private CountText() {
	}

	static String workers(int number) {
		return of(number, "worker");
	}

	static String of(int number, String thing) {
		return number + " " + thing + ((number != 1) ? "s" : "");
	}

}
