package io.prefork.os;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

import jnr.ffi.Pointer;

/**
 * A null-terminated array of strings in one block of memory: the pointers, then what they
 * point to.
 */
final class CStrings {

	/**
	 * What the JDK decodes the command line and the environment with.
	 */
	private static final Charset CHARSET = Charset
		.forName(System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));

	private final Pointer memory;

	CStrings(LibC libc, List<String> strings) {
		this(strings.stream().map(CStrings::bytes).toList(), libc);
	}

	private CStrings(List<byte[]> strings, LibC libc) {
		int pointerSize = libc.runtime().addressSize();
		int table = (strings.size() + 1) * pointerSize;
		List<Integer> offsets = new ArrayList<>();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (byte[] string : strings) {
			offsets.add(table + bytes.size());
			bytes.writeBytes(string);
			bytes.write(0);
		}
		this.memory = libc.allocate(table + bytes.size());
		this.memory.put(table, bytes.toByteArray(), 0, bytes.size());
		for (int i = 0; i < offsets.size(); i++) {
			this.memory.putAddress((long) i * pointerSize, this.memory.address() + offsets.get(i));
		}
	}

	/**
	 * Strings that are bytes already, without a final null.
	 */
	static CStrings ofBytes(LibC libc, List<byte[]> strings) {
		return new CStrings(strings, libc);
	}

	static byte[] bytes(String string) {
		if (string.indexOf('\0') >= 0) {
			throw new IllegalArgumentException("A string for the C library must not contain NUL: " + string);
		}
		return string.getBytes(CHARSET);
	}

	static String text(byte[] bytes) {
		return new String(bytes, CHARSET);
	}

	/**
	 * The array.
	 */
	Pointer pointer() {
		return this.memory;
	}

	/**
	 * The first string.
	 */
	Pointer first() {
		return this.memory.getPointer(0);
	}

}
