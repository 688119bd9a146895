package io.prefork.control;

import org.jspecify.annotations.Nullable;

/**
 * Answer to a scale command.
 *
 * @param previous the target before
 * @param workers the target now
 * @param floor the number that the load moves the target no lower than until it is
 * released, or {@code null} if there is none
 */
public record ScaleDocument(int previous, int workers, @Nullable Integer floor) {
}
