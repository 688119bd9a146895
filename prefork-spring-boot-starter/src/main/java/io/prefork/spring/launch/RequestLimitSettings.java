package io.prefork.spring.launch;

import java.time.Duration;

import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.WorkerType;

/**
 * The settings of how long a request may take.
 */
final class RequestLimitSettings {

	private final PreforkProperties properties;

	RequestLimitSettings(PreforkProperties properties) {
		this.properties = properties;
	}

	void check(WorkerType type) {
		Duration hard = this.properties.getRequestTimeout();
		if (hard != null) {
			PoolSettings.duration("prefork.request-timeout", hard);
			PoolSettings.notTooShort("prefork.request-timeout", hard);
		}
		PoolSettings.duration("prefork.slow-request-threshold", this.properties.getSlowRequestThreshold());
		PoolSettings.duration("prefork.request-soft-timeout", this.properties.getRequestSoftTimeout());
		checkSoft(hard(type));
		double share = this.properties.getRequestTimeoutShare();
		if (!(share > 0 && share <= 1)) {
			throw new InvalidSettingException("prefork.request-timeout-share", share,
					"which is not above 0 and at most 1",
					"Set 'prefork.request-timeout-share' to the share of a worker's request slots that may be lost "
							+ "before it is replaced, such as 0.5.");
		}
	}

	private void checkSoft(Duration hard) {
		Duration soft = this.properties.getRequestSoftTimeout();
		if (!hard.isZero() && soft.compareTo(hard) >= 0) {
			throw new InvalidSettingException("prefork.request-soft-timeout", soft,
					"which is not shorter than the timeout of requests, " + hard,
					"Set 'prefork.request-soft-timeout' to less than 'prefork.request-timeout', or to 0 to switch it "
							+ "off.");
		}
		if (soft.isZero() && this.properties.isRequestInterrupt()) {
			throw new InvalidSettingException("prefork.request-interrupt", true,
					"which is without effect as long as there is no time after which a request is interrupted",
					"Set 'prefork.request-interrupt' to false, or 'prefork.request-soft-timeout' to that time, such as "
							+ "10s.");
		}
	}

	private Duration hard(WorkerType type) {
		Duration hard = this.properties.getRequestTimeout();
		if (hard != null) {
			return hard;
		}
		return (type == WorkerType.SYNC) ? this.properties.getTimeout() : Duration.ZERO;
	}

	RequestLimits limits(WorkerType type) {
		return new RequestLimits(this.properties.getSlowRequestThreshold(), this.properties.getRequestSoftTimeout(),
				this.properties.isRequestInterrupt(), hard(type), this.properties.getRequestTimeoutShare());
	}

}
