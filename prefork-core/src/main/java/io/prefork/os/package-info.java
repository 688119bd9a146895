/**
 * Everything that talks to the kernel: listening sockets, processes, signals,
 * {@code /proc}.
 */
@NullMarked
package io.prefork.os;

import org.jspecify.annotations.NullMarked;
