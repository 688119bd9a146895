package io.prefork.worker;

/**
 * Tells whether the application is fit to serve. Asked of the first worker of a rollout
 * before it takes its first connection.
 */
@FunctionalInterface
public interface HealthCheck {

	/**
	 * Looks after the application's health. May block; called by a thread of its own, and
	 * never concurrently.
	 * @return what is wrong, readable, such as {@code db is DOWN}, or empty if nothing is
	 */
	String ailment();

}
