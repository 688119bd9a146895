package sample.prefork;

import org.springframework.boot.CommandLineRunner;
import org.springframework.stereotype.Component;

@Component
class TracingRunner implements CommandLineRunner {

	private final Trace trace;

	TracingRunner(Trace trace) {
		this.trace = trace;
	}

	@Override
	public void run(String... args) {
		this.trace.record("runner");
	}

}
