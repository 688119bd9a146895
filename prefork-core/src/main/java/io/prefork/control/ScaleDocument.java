package io.prefork.control;

/**
 * Answer to a scale command.
 *
 * @param previous the target before
 * @param workers the target now
 */
public record ScaleDocument(int previous, int workers) {
}
