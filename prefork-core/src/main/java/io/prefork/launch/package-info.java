/**
 * How a worker JVM is started: command line, class path layout, memory.
 */
@NullMarked
package io.prefork.launch;

import org.jspecify.annotations.NullMarked;
