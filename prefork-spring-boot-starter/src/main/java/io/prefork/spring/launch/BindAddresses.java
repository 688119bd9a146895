package io.prefork.spring.launch;

import java.util.List;
import java.util.Map;

import io.prefork.os.BindAddress;
import io.prefork.os.SystemdSockets;
import io.prefork.spring.InvalidSettingException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Where the master listens: {@code prefork.bind}, or else what systemd handed over, or
 * else {@code server.address} and {@code server.port}, as without the pool.
 */
final class BindAddresses {

	private static final int DEFAULT_PORT = 8080;

	private BindAddresses() {
	}

	static List<BindAddress> of(List<String> bind, Map<String, String> processEnvironment, Environment environment) {
		if (!bind.isEmpty()) {
			return bind.stream().map(BindAddresses::parse).toList();
		}
		List<BindAddress.Descriptor> activated = SystemdSockets.passed(processEnvironment,
				ProcessHandle.current().pid());
		if (!activated.isEmpty()) {
			return List.copyOf(activated);
		}
		return List.of(ofServer(environment));
	}

	private static BindAddress ofServer(Environment environment) {
		int port = Binder.get(environment).bind("server.port", Integer.class).orElse(DEFAULT_PORT);
		try {
			return new BindAddress.Tcp(environment.getProperty("server.address", ""), port);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("server.port", port, "which is no port: " + ex.getMessage(),
					"Set 'server.port' to a number from 0 to 65535; 0 is for any free port.");
		}
	}

	private static BindAddress parse(String text) {
		try {
			return BindAddress.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("prefork.bind", text, "which is no address: " + ex.getMessage(),
					"Use HOST:PORT, :PORT, [IPV6]:PORT, unix:PATH or fd://N.");
		}
	}

}
