package io.prefork.pool;

/**
 * How badly a simulated world behaves, as probabilities.
 *
 * @param loss that a message of a worker is lost
 * @param doubling that it comes twice
 * @param bootFailure that a process ends, or says that it cannot start, before it is
 * ready
 * @param bootHang that it is never ready
 * @param crash that an accepting worker ends, at each tick
 * @param hang that it falls silent, at each tick
 * @param stuckDrain that it does not leave when told
 * @param leaving that it leaves by itself, at each tick
 * @param jump that the clock jumps, at each tick
 * @param unprepared that code cannot be made ready, or takes very long
 * @param unwell that a worker's health is bad at first
 * @param faulty that it answers half its requests with errors
 * @param stuck that it loses a request slot for good, at each tick
 */
record SimulatedChaos(double loss, double doubling, double bootFailure, double bootHang, double crash, double hang,
		double stuckDrain, double leaving, double jump, double unprepared, double unwell, double faulty, double stuck) {

	static final SimulatedChaos NONE = new SimulatedChaos(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

	static final SimulatedChaos SOME = new SimulatedChaos(0.02, 0.1, 0.1, 0.03, 0.002, 0.004, 0.1, 0.001, 0.001, 0.1,
			0.2, 0.1, 0.004);

	static final SimulatedChaos MUCH = new SimulatedChaos(0.1, 0.3, 0.4, 0.1, 0.02, 0.02, 0.3, 0.01, 0.01, 0.3, 0.4,
			0.3, 0.02);

}
