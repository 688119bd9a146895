package io.prefork.pool;

/**
 * A load over time.
 */
enum LoadShape {

	/** From little to much at once, and back. */
	STEP(900) {

		@Override
		double share(int second) {
			return (second >= 60 && second < 600) ? 1 : 0.05;
		}

	},

	/** Evenly up, and evenly down. */
	RAMP(1200) {

		@Override
		double share(int second) {
			return Math.max(0.05, 1 - Math.abs(second - 600) / 600.0);
		}

	},

	/** Half a minute of as much as all workers can bear. */
	SPIKE(600) {

		@Override
		double share(int second) {
			return (second >= 120 && second < 150) ? 1 : 0.15;
		}

	},

	/** Up in three minutes and down at once, six times. */
	SAWTOOTH(1080) {

		@Override
		double share(int second) {
			return 0.1 + 0.9 * (second % 180) / 180.0;
		}

	},

	/** The same all the time, where it hurts: between one worker more and one fewer. */
	EVEN(1200) {

		@Override
		double share(int second) {
			return 0.5;
		}

	};

	private final int seconds;

	LoadShape(int seconds) {
		this.seconds = seconds;
	}

	/**
	 * How long it lasts.
	 */
	int seconds() {
		return this.seconds;
	}

	/**
	 * The load in that second as a share of its peak.
	 */
	abstract double share(int second);

}
