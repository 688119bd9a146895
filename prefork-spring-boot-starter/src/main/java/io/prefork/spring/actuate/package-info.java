/**
 * The pool in the actuator: the endpoint {@code prefork}, its health, its meters.
 */
@NullMarked
package io.prefork.spring.actuate;

import org.jspecify.annotations.NullMarked;
