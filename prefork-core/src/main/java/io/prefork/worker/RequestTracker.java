package io.prefork.worker;

/**
 * The requests in flight in this worker.
 */
public final class RequestTracker {

}
