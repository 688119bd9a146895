package io.prefork.worker;

/**
 * Decides when a worker may take a connection from the shared listener: when the gate is
 * open and a request slot is free.
 */
public final class AcceptGate {

}
