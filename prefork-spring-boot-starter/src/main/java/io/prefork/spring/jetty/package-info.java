/**
 * Jetty as the server of a worker.
 */
@NullMarked
package io.prefork.spring.jetty;

import org.jspecify.annotations.NullMarked;
