package io.prefork.worker;

/**
 * Is told what becomes of this worker. Called by any thread; must neither block nor
 * throw.
 */
public interface WorkerObserver {

	/**
	 * Somebody who does not care.
	 */
	WorkerObserver NONE = new WorkerObserver() {

		@Override
		public void leaving(String reason, boolean quick) {
		}

		@Override
		public void aborting(String reason, String evidence) {
		}

		@Override
		public void workersChanged(int previous, int workers) {
		}

	};

	/**
	 * The worker begins to leave. What is told a second time is no news.
	 * @param reason why
	 * @param quick whether requests in flight are given up
	 */
	void leaving(String reason, boolean quick);

	/**
	 * The master is about to end this worker because of a timeout, now or after a drain,
	 * and has had evidence taken.
	 * @param reason why
	 * @param evidence the thread dump
	 */
	void aborting(String reason, String evidence);

	/**
	 * The number of workers that there should be has changed.
	 * @param previous the number before
	 * @param workers the number now
	 */
	void workersChanged(int previous, int workers);

}
