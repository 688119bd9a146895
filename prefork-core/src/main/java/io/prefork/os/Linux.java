package io.prefork.os;

/**
 * Numbers of Linux's system call interface that are used here. They are the same on x86,
 * ARM, RISC-V, POWER, s390x and LoongArch (asm-generic headers of the kernel).
 */
final class Linux {

	static final int AF_UNIX = 1;

	static final int AF_INET = 2;

	static final int AF_INET6 = 10;

	static final int SOCK_STREAM = 1;

	static final int SOCK_DGRAM = 2;

	static final int SOCK_SEQPACKET = 5;

	static final int SOCK_NONBLOCK = 04000;

	static final int SOCK_CLOEXEC = 02000000;

	static final int SOL_SOCKET = 1;

	static final int SO_REUSEADDR = 2;

	static final int SO_TYPE = 3;

	static final int SO_REUSEPORT = 15;

	static final int SO_ATTACH_FILTER = 26;

	static final int SO_ACCEPTCONN = 30;

	static final int SO_DOMAIN = 39;

	static final int IPPROTO_TCP = 6;

	static final int TCP_DEFER_ACCEPT = 9;

	static final int TCP_INFO = 11;

	static final int IPPROTO_IPV6 = 41;

	static final int IPV6_V6ONLY = 26;

	static final int F_GETFD = 1;

	static final int F_SETFD = 2;

	static final int FD_CLOEXEC = 1;

	static final int F_GETFL = 3;

	static final int F_SETFL = 4;

	static final int F_DUPFD_CLOEXEC = 1030;

	static final int SIG_UNBLOCK = 1;

	static final int SIG_SETMASK = 2;

	static final int P_PID = 1;

	static final int WEXITED = 4;

	static final int WNOWAIT = 0x01000000;

	static final int POLLIN = 1;

	static final int O_RDONLY = 0;

	static final int O_WRONLY = 01;

	static final int O_CREAT = 0100;

	static final int O_APPEND = 02000;

	static final int O_NONBLOCK = 04000;

	static final int SCHED_BATCH = 3;

	static final int RLIMIT_CORE = 4;

	static final int RLIMIT_NOFILE = 7;

	private Linux() {
	}

}
