package io.prefork.launch;

/**
 * The application is more than jars in and below one directory, so that a copy of these
 * would not be the application. The message says what else there is, a clause.
 */
class ScatteredApplicationException extends Exception {

	ScatteredApplicationException(String message) {
		super(message);
	}

}
