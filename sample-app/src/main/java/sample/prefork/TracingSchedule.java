package sample.prefork;

import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

@Component
class TracingSchedule {

	private final Trace trace;

	TracingSchedule(Trace trace) {
		this.trace = trace;
	}

	@Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
	void run() {
		this.trace.record("scheduled");
	}

}
