package io.prefork.launch;

import java.io.IOException;

/**
 * The application's jar, or one that it names, is not whole: half written, being written,
 * damaged. The message says which and what is wrong with it.
 */
public class BrokenArchiveException extends IOException {

	BrokenArchiveException(String message) {
		super(message);
	}

	BrokenArchiveException(String message, Throwable cause) {
		super(message, cause);
	}

}
