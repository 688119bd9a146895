/**
 * Decides whether a process is the master, a worker or an ordinary application, and makes
 * it one.
 */
@NullMarked
package io.prefork.spring.launch;

import org.jspecify.annotations.NullMarked;
