/**
 * The decision core: a deterministic machine that turns events and times into actions. No
 * threads, no clock, no I/O; imports nothing but the JDK.
 */
@NullMarked
package io.prefork.pool;

import org.jspecify.annotations.NullMarked;
