/**
 * Failure analyses: what went wrong with which setting, and what to do.
 */
@NullMarked
package io.prefork.spring.diagnostics;

import org.jspecify.annotations.NullMarked;
