package io.prefork.worker;

/**
 * What a server adapter does with a request that is past its timeout: has the client
 * answered, whatever the application is doing.
 */
@FunctionalInterface
public interface RequestExpiry {

	/**
	 * Ends the exchange with the client, in place of the application. Which of the two
	 * answers is decided where the head of an answer is committed, and only one does.
	 * Called every 200 ms or so until the request has ended, by a thread that must not be
	 * blocked.
	 * @return what has become of it
	 */
	Outcome expire();

	/**
	 * What has become of an exchange.
	 */
	enum Outcome {

		/** Nothing: its answer is under way and takes no thread, or it has just ended. */
		SPARED,
		/** The client is answered with 503. */
		ANSWERED,
		/** The client had part of an answer, or cannot be given one: it is broken off. */
		BROKEN_OFF

	}

}
