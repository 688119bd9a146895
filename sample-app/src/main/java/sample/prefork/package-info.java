/**
 * A small but real application that runs as a pool.
 */
@NullMarked
package sample.prefork;

import org.jspecify.annotations.NullMarked;
