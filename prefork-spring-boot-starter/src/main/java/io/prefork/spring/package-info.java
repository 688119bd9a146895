/**
 * Gunicorn's pre-fork model for Spring Boot: settings.
 */
@NullMarked
package io.prefork.spring;

import org.jspecify.annotations.NullMarked;
