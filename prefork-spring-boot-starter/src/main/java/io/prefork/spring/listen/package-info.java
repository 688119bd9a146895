/**
 * The listening sockets of a worker, for whatever server it has.
 */
@NullMarked
package io.prefork.spring.listen;

import org.jspecify.annotations.NullMarked;
