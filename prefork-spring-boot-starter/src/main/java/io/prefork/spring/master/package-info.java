/**
 * The master's own small Spring context.
 */
@NullMarked
package io.prefork.spring.master;

import org.jspecify.annotations.NullMarked;
