package io.prefork.worker;

/**
 * The way out of a worker, without loss.
 */
public final class Drain {

}
