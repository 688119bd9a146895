package io.prefork.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A socket filter that lets no new connection begin: it drops segments that have SYN and
 * not ACK, and passes all others, so that handshakes in progress complete. The kernel
 * runs the filter of a listening TCP socket on what arrives for it, from the TCP header
 * on (classic BPF, {@code Documentation/networking/filter.rst}; {@code tcp_filter} in
 * {@code net/ipv4/tcp_ipv4.c}). Accepted connections inherit it, and it does nothing to
 * them.
 */
final class SynFilter {

	private static final int FLAGS_OFFSET = 13;

	private static final int SYN = 0x02;

	private static final int ACK = 0x10;

	/** {@code BPF_LD | BPF_B | BPF_ABS}. */
	private static final int LOAD_BYTE = 0x30;

	/** {@code BPF_ALU | BPF_AND | BPF_K}. */
	private static final int AND = 0x54;

	/** {@code BPF_JMP | BPF_JEQ | BPF_K}. */
	private static final int JUMP_IF_EQUAL = 0x15;

	/** {@code BPF_RET | BPF_K}: how many bytes of the segment to keep. */
	private static final int RETURN = 0x06;

	private static final int LENGTH = 5;

	/** {@code struct sock_filter}: code (16 bits), two jumps (8), a value (32). */
	private static final int INSTRUCTION_SIZE = 8;

	private final ByteBuffer program = ByteBuffer.allocate(LENGTH * INSTRUCTION_SIZE).order(ByteOrder.nativeOrder());

	SynFilter() {
		add(LOAD_BYTE, 0, 0, FLAGS_OFFSET);
		add(AND, 0, 0, SYN | ACK);
		add(JUMP_IF_EQUAL, 0, 1, SYN);
		add(RETURN, 0, 0, 0);
		add(RETURN, 0, 0, -1);
	}

	int length() {
		return LENGTH;
	}

	byte[] bytes() {
		return this.program.array();
	}

	private void add(int code, int ifTrue, int ifFalse, int value) {
		this.program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
	}

}
