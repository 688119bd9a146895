package io.prefork.os;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Users and groups, as the machine's name service knows them ({@code passwd(5)},
 * {@code group(5)}, {@code nsswitch.conf(5)}). To be asked by one thread at a time.
 */
public interface Accounts {

	/**
	 * Looks up a user.
	 * @param user name or id
	 * @return its account, or empty if nobody knows it
	 */
	Optional<Account> user(String user);

	/**
	 * Looks up a group.
	 * @param group name or id; an id need not be known
	 * @return its id, or empty if nobody knows that name
	 */
	OptionalInt group(String group);

	/**
	 * Whom this process runs as.
	 * @return its effective user, with that user's groups, and effective group
	 */
	Account self();

}
