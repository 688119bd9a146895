package io.prefork.os;

import java.util.OptionalInt;

/**
 * A listening socket of the master's.
 */
public interface Listener extends AutoCloseable {

	/**
	 * Instead of a descriptor: every worker opens a socket of its own.
	 */
	int NO_DESCRIPTOR = -1;

	/**
	 * The descriptor in this process.
	 * @return the number, or {@link #NO_DESCRIPTOR}
	 */
	int descriptor();

	/**
	 * The family, which whoever adopts the socket must know.
	 * @return the family
	 */
	Family family();

	/**
	 * The address that it really has, such as {@code 0.0.0.0:8080}, {@code [::]:8080} or
	 * {@code unix:/run/app.sock}.
	 * @return the address, for people
	 */
	String address();

	/**
	 * The real port.
	 * @return the port, or empty for a unix-domain socket
	 */
	OptionalInt port();

	/**
	 * The length of the accept queue that was asked for.
	 * @return the backlog
	 */
	int backlog();

	/**
	 * Connections that wait in the accept queue.
	 * @return their number, or empty where the kernel does not tell
	 */
	OptionalInt queued();

	/**
	 * Whether a connection waits in the accept queue, for every family.
	 * @return whether one does, as far as the kernel tells
	 */
	boolean hasQueued();

	/**
	 * Lets no new connection begin, while those that are queued or in the middle of their
	 * handshake can still be accepted: by a socket filter that drops SYN (TCP, best
	 * effort), by removing the socket file. Cannot be undone. Does nothing to a socket
	 * that was inherited: whoever holds it keeps the queue, and the next server serves
	 * it.
	 */
	void refuseNew();

	/**
	 * Closes the master's copy, and removes the socket file if it made one.
	 */
	@Override
	void close();

	/**
	 * Socket families.
	 */
	enum Family {

		INET, INET6, UNIX

	}

}
