/**
 * Typed messages between master, workers and command line, and the unix-domain link that
 * carries them.
 */
@NullMarked
package io.prefork.control;

import org.jspecify.annotations.NullMarked;
