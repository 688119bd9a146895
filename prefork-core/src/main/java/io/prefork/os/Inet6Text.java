package io.prefork.os;

/**
 * The text of an IPv6 address, with its longest run of zeros left out (RFC 5952), which
 * the JDK does not do.
 */
final class Inet6Text {

	private static final int GROUPS = 8;

	private Inet6Text() {
	}

	static String of(byte[] address) {
		int[] groups = new int[GROUPS];
		for (int i = 0; i < GROUPS; i++) {
			groups[i] = (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
		}
		int start = GROUPS;
		int length = 1;
		for (int i = 0; i < GROUPS; i++) {
			int zeros = zeros(groups, i);
			if (zeros > length) {
				start = i;
				length = zeros;
			}
		}
		if (start == GROUPS) {
			return join(groups, 0, GROUPS);
		}
		return join(groups, 0, start) + "::" + join(groups, start + length, GROUPS);
	}

	private static int zeros(int[] groups, int from) {
		int to = from;
		while (to < GROUPS && groups[to] == 0) {
			to++;
		}
		return to - from;
	}

	private static String join(int[] groups, int from, int to) {
		StringBuilder text = new StringBuilder();
		for (int i = from; i < to; i++) {
			text.append((i > from) ? ":" : "").append(Integer.toHexString(groups[i]));
		}
		return text.toString();
	}

}
