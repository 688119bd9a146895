package io.prefork.spring.launch;

import java.util.List;
import java.util.Map;

import io.prefork.os.BindAddress;
import io.prefork.os.Scheme;
import io.prefork.os.SystemdSockets;
import io.prefork.spring.InvalidSettingException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Where the master listens: {@code prefork.bind}, or else what systemd handed over, or
 * else {@code server.address} and {@code server.port}, as without the pool.
 */
final class BindAddresses {

	private static final Log logger = LogFactory.getLog(BindAddresses.class);

	private static final int DEFAULT_PORT = 8080;

	private BindAddresses() {
	}

	static List<BindAddress> of(List<String> bind, Map<String, String> processEnvironment, Environment environment) {
		List<BindAddress.Descriptor> activated = SystemdSockets.passed(processEnvironment,
				ProcessHandle.current().pid());
		if (!bind.isEmpty()) {
			boolean ssl = isSslConfigured(environment);
			List<BindAddress> addresses = bind.stream().map((text) -> parse(text, ssl)).toList();
			warnOfUnserved(activated, addresses);
			return addresses;
		}
		if (!activated.isEmpty()) {
			return List.copyOf(activated);
		}
		return List.of(ofServer(environment));
	}

	private static void warnOfUnserved(List<BindAddress.Descriptor> activated, List<BindAddress> addresses) {
		List<BindAddress.Descriptor> unserved = activated.stream()
			.filter((descriptor) -> !addresses.contains(descriptor))
			.toList();
		if (!unserved.isEmpty()) {
			logger.warn("Nobody will answer at " + unserved + ", which systemd passed, since 'prefork.bind' does not "
					+ "name it; leave 'prefork.bind' out to serve what is passed");
		}
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

	/**
	 * As Boot sees it: TLS is on if there is anything under {@code server.ssl}, unless it
	 * is switched off.
	 */
	private static boolean isSslConfigured(Environment environment) {
		Binder binder = Binder.get(environment);
		return binder.bind("server.ssl", Bindable.mapOf(String.class, Object.class)).isBound()
				&& binder.bind("server.ssl.enabled", Boolean.class).orElse(true);
	}

	private static BindAddress parse(String text, boolean ssl) {
		BindAddress address = parse(text);
		if (address.scheme() == Scheme.HTTPS && !ssl) {
			throw new InvalidSettingException("prefork.bind", text,
					"which needs TLS, but 'server.ssl' is not configured",
					"Set 'server.ssl.bundle' to the name of an SSL bundle, or 'server.ssl.certificate' and"
							+ " 'server.ssl.certificate-private-key', or leave 'https://' out.");
		}
		return address;
	}

	private static BindAddress parse(String text) {
		try {
			return BindAddress.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("prefork.bind", text, "which is no address: " + ex.getMessage(),
					"Use HOST:PORT, :PORT, [IPV6]:PORT, unix:PATH or fd://N; tcp://, http:// or https:// may stand before a host.");
		}
	}

}
