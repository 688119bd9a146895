/**
 * Shared memory: one slot per worker, written by that worker alone, read by everybody.
 */
@NullMarked
package io.prefork.scoreboard;

import org.jspecify.annotations.NullMarked;
