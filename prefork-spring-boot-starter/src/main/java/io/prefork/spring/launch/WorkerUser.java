package io.prefork.spring.launch;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import io.prefork.launch.JvmImage;
import io.prefork.master.UserSwitch;
import io.prefork.os.Account;
import io.prefork.os.Accounts;
import io.prefork.os.BindAddress;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Whom workers run as: {@code prefork.user} and {@code prefork.group}, checked against
 * the machine before anything is opened.
 */
final class WorkerUser {

	private static final String USER = "prefork.user";

	private static final String GROUP = "prefork.group";

	private final Accounts accounts;

	WorkerUser(Accounts accounts) {
		this.accounts = accounts;
	}

	/**
	 * Finds out whom workers run as.
	 * @param properties the settings
	 * @return the switch to that user, empty if it is the master's own
	 */
	Optional<UserSwitch> of(PreforkProperties properties) {
		Optional<Account> wanted = wanted(properties.getUser(), properties.getGroup());
		Account own = this.accounts.self();
		if (wanted.isEmpty() || wanted.get().uid() == own.uid() && wanted.get().gid() == own.gid()) {
			return Optional.empty();
		}
		if (!own.isRoot()) {
			throw new InvalidSettingException(USER, properties.getUser(),
					"but the master runs as " + own + ", and only root can start workers as somebody else",
					"Start the master as root, or as that user and without '" + USER + "'.");
		}
		if (properties.isReusePort()) {
			// SO_REUSEPORT, socket(7)
			throw new InvalidSettingException(USER, properties.getUser(),
					"but with 'prefork.reuse-port' the kernel lets only processes of one user share a port",
					"Leave '" + USER + "' or 'prefork.reuse-port' out.");
		}
		return Optional.of(tried(new UserSwitch(wanted.get()), properties.getUser()));
	}

	private Optional<Account> wanted(@Nullable String user, @Nullable String group) {
		if (!StringUtils.hasText(user)) {
			if (StringUtils.hasText(group)) {
				throw new InvalidSettingException(GROUP, group, "but 'prefork.user' is not set",
						"Set '" + USER + "', too, or leave '" + GROUP + "' out.");
			}
			return Optional.empty();
		}
		String name = user.strip();
		Optional<Account> known = this.accounts.user(name);
		if (!StringUtils.hasText(group)) {
			return Optional.of(known.orElseThrow(() -> unknown(name)));
		}
		int gid = group(group.strip());
		return Optional.of(known.map((account) -> account.inGroup(gid)).orElseGet(() -> nameless(name, gid)));
	}

	private int group(String group) {
		return this.accounts.group(group)
			.orElseThrow(() -> new InvalidSettingException(GROUP, group, "which is no group of this machine",
					"Set '" + GROUP + "' to a name that 'getent group' knows, or to a numeric id."));
	}

	/**
	 * As in containers: an id that is in no file.
	 */
	private static Account nameless(String user, int gid) {
		if (!user.matches("\\d{1,9}")) {
			throw unknown(user);
		}
		return new Account(user, Integer.parseInt(user), gid, List.of(gid), "/");
	}

	private static InvalidSettingException unknown(String user) {
		return new InvalidSettingException(USER, user, "which is no user of this machine", "Set '" + USER
				+ "' to a name that 'getent passwd' knows, or to a numeric id and '" + GROUP + "' to one, too.");
	}

	private static UserSwitch tried(UserSwitch user, @Nullable String setting) {
		try {
			user.tryOut(JvmImage.currentExecutable());
			return user;
		}
		catch (IOException ex) {
			throw new InvalidSettingException(USER, setting, "and workers cannot be started so: " + ex.getMessage(),
					"Install setpriv (package util-linux), let the master have the capabilities SETUID, SETGID, CHOWN,"
							+ " KILL and DAC_OVERRIDE, and the JDK be where every user may execute it.");
		}
	}

	/**
	 * Makes the files of unix-domain sockets the workers', as Gunicorn does.
	 */
	static void giveSockets(Optional<UserSwitch> user, List<BindAddress> addresses) throws IOException {
		for (BindAddress address : addresses) {
			if (user.isPresent() && address instanceof BindAddress.Unix socket) {
				user.get().give(socket.path());
			}
		}
	}

}
