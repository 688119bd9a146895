/**
 * Worker classes of the user's own: an executor that runs the requests of Tomcat or
 * Jetty.
 */
@NullMarked
package io.prefork.spring.custom;

import org.jspecify.annotations.NullMarked;
