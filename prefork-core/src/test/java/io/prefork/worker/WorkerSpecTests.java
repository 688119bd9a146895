package io.prefork.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import io.prefork.os.Listener;
import io.prefork.os.Scheme;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WorkerSpecTests {

	@AfterEach
	void clear() {
		System.getProperties().keySet().removeIf((name) -> name.toString().startsWith("prefork.worker."));
	}

	@Test
	void whenItIsCarriedBySystemPropertiesThenTheSameIsRead() {
		WorkerSpec spec = new WorkerSpec(3, 1L << 40, 2, Path.of("/run/a b/prefork-7"),
				List.of(new WorkerSpec.InheritedListener(3, Listener.Family.INET, "0.0.0.0:8080", 2048),
						new WorkerSpec.InheritedListener(Listener.NO_DESCRIPTOR, Listener.Family.INET6, "[::1]:8081", 1,
								Scheme.HTTPS),
						new WorkerSpec.InheritedListener(4, Listener.Family.UNIX, "unix:/run/a|b =c.sock", 128)));
		spec.toSystemProperties().forEach(System::setProperty);
		assertThat(WorkerSpec.fromSystemProperties()).contains(spec);
	}

	@Test
	void whenThereAreManyListenersThenTheirOrderStays() {
		List<WorkerSpec.InheritedListener> listeners = IntStream.range(3, 15)
			.mapToObj((descriptor) -> new WorkerSpec.InheritedListener(descriptor, Listener.Family.INET,
					"127.0.0.1:" + descriptor, descriptor))
			.toList();
		new WorkerSpec(0, 1, 1, Path.of("/run"), listeners).toSystemProperties().forEach(System::setProperty);
		assertThat(WorkerSpec.fromSystemProperties().orElseThrow().listeners()).isEqualTo(listeners);
	}

	@Test
	void whenAddressSaysNothingThenTheFirstAloneIsServedWithTls() {
		WorkerSpec spec = spec(Scheme.UNSAID, Scheme.UNSAID, Scheme.HTTP, Scheme.HTTPS);
		assertThat(spec.listeners()).extracting((listener) -> spec.isTls(listener, true))
			.containsExactly(true, false, false, true);
		assertThat(spec.isTls(spec.listeners().get(0), false)).isFalse();
		WorkerSpec plainFirst = spec(Scheme.HTTP, Scheme.UNSAID);
		assertThat(plainFirst.listeners()).noneMatch((listener) -> plainFirst.isTls(listener, true));
	}

	private static WorkerSpec spec(Scheme... schemes) {
		return new WorkerSpec(0, 1, 1, Path.of("/run"),
				IntStream.range(0, schemes.length)
					.mapToObj((i) -> new WorkerSpec.InheritedListener(3 + i, Listener.Family.INET,
							"127.0.0.1:" + (80 + i), 1, schemes[i]))
					.toList());
	}

	@Test
	void whenPropertiesAreAbsentThenThisIsNoWorker() {
		assertThat(WorkerSpec.fromSystemProperties()).isEmpty();
		// A setting of the application, not of ours.
		System.setProperty("prefork.worker.jvm-args", "-Xmx1g");
		assertThat(WorkerSpec.fromSystemProperties()).isEmpty();
	}

}
