package io.prefork.os;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The listening sockets that systemd, or whoever speaks its protocol, started this
 * process with ({@code sd_listen_fds(3)}): {@code LISTEN_FDS} of them, from descriptor 3
 * on, if {@code LISTEN_PID} names this process. Children inherit the variables, but not
 * the sockets: the process id tells them apart.
 */
public final class SystemdSockets {

	private static final int FIRST_DESCRIPTOR = 3;

	private SystemdSockets() {
	}

	/**
	 * The sockets that were passed.
	 * @param environment the environment of this process
	 * @param pid its process id
	 * @return the descriptors, in the order of the socket units; empty if there are none,
	 * or they are meant for another process
	 */
	public static List<BindAddress.Descriptor> passed(Map<String, String> environment, long pid) {
		if (!String.valueOf(pid).equals(environment.get("LISTEN_PID"))) {
			return List.of();
		}
		String count = environment.getOrDefault("LISTEN_FDS", "");
		if (!count.matches("[0-9]{1,4}")) {
			return List.of();
		}
		return IntStream.range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + Integer.parseInt(count))
			.mapToObj(BindAddress.Descriptor::new)
			.toList();
	}

}
