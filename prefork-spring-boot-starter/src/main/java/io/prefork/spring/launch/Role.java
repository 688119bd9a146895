package io.prefork.spring.launch;

/**
 * What this process is, with the reason where it is neither master nor worker.
 *
 * @param kind the role
 * @param reason why the application runs as an ordinary one, a clause, empty otherwise
 */
record Role(Kind kind, String reason) {

	static final Role MASTER = new Role(Kind.MASTER, "");

	static final Role WORKER = new Role(Kind.WORKER, "");

	/**
	 * A run within a run, or beside the one that counts: the master's own context, a
	 * bootstrap context, or, in a worker, a parent context or a second application.
	 */
	static final Role NESTED = new Role(Kind.NESTED, "");

	static Role ordinary(String reason) {
		return new Role(Kind.ORDINARY, reason);
	}

	enum Kind {

		MASTER, WORKER, ORDINARY, NESTED

	}

}
