package io.prefork.os;

import java.io.IOException;

/**
 * A way to tell the service manager how this process is ({@code sd_notify(3)}).
 */
public interface NotifySocket extends AutoCloseable {

	/**
	 * Sends a message. Does not block: a service manager that does not read is an error.
	 * @param message assignments such as {@code READY=1}, separated by line feeds
	 * @throws IOException if it was not sent, with the reason
	 */
	void send(String message) throws IOException;

	@Override
	void close();

}
