/**
 * The worker's side: heartbeat, accept gate, drain.
 */
@NullMarked
package io.prefork.worker;

import org.jspecify.annotations.NullMarked;
