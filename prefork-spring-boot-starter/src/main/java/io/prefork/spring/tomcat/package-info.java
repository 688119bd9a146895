/**
 * Tomcat as the server of a worker.
 */
@NullMarked
package io.prefork.spring.tomcat;

import org.jspecify.annotations.NullMarked;
