/**
 * A WebSocket.
 */
@NullMarked
package sample.prefork.socket;

import org.jspecify.annotations.NullMarked;
