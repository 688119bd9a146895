/**
 * Reactor Netty as the server of a worker.
 */
@NullMarked
package io.prefork.spring.netty;

import org.jspecify.annotations.NullMarked;
