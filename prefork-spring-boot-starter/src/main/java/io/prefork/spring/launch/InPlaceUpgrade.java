package io.prefork.spring.launch;

import java.io.IOException;
import java.time.Duration;

import io.prefork.master.UpgradePlan;
import io.prefork.master.WorkerLauncher;

/**
 * How this application's master is upgraded in place.
 *
 * @param timeout {@code prefork.upgrade-timeout}
 * @param launcher starts the application
 * @param port what does not survive
 */
record InPlaceUpgrade(Duration timeout, ApplicationLauncher launcher, ManagementPort port) implements UpgradePlan {

	@Override
	public WorkerLauncher.Launch trial() throws IOException {
		return this.launcher.again();
	}

	@Override
	public void rest() {
		this.port.close();
	}

	@Override
	public void resume() {
		this.port.open();
	}

}
