package sample.prefork.chaos;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import sun.misc.Unsafe;

import org.springframework.context.annotation.Profile;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The faults from which a pool is to protect the service. Only under the profile
 * {@code chaos}.
 */
@RestController
@Profile("chaos")
@RequestMapping(path = "/chaos", produces = MediaType.TEXT_PLAIN_VALUE)
class ChaosController {

	private static final int MEGABYTE = 1 << 20;

	private final List<byte[]> held = Collections.synchronizedList(new ArrayList<>());

	/**
	 * A fault in native code: the JVM writes its {@code hs_err_pid} file and aborts.
	 */
	@GetMapping("/crash")
	String crash() throws ReflectiveOperationException {
		Field field = Unsafe.class.getDeclaredField("theUnsafe");
		field.setAccessible(true);
		((Unsafe) field.get(null)).putAddress(0, 0);
		return "survived";
	}

	/**
	 * Exits from a thread of its own: {@code System.exit} waits for the server to stop,
	 * and the server for this request.
	 */
	@GetMapping("/exit")
	String exit(@RequestParam(defaultValue = "1") @Min(0) @Max(255) int code) {
		new Thread(() -> System.exit(code), "chaos-exit").start();
		return "exiting with " + code;
	}

	/**
	 * Ends the JVM without a shutdown.
	 */
	@GetMapping("/halt")
	String halt(@RequestParam(defaultValue = "1") @Min(0) @Max(255) int code) {
		Runtime.getRuntime().halt(code);
		return "survived";
	}

	/**
	 * Fills the heap and keeps it full.
	 */
	@GetMapping("/oom")
	String oom() {
		while (true) {
			this.held.add(new byte[MEGABYTE]);
		}
	}

	@GetMapping("/hang")
	String hang() {
		new Semaphore(0).acquireUninterruptibly();
		return "never";
	}

	@GetMapping("/deadlock")
	String deadlock() {
		Object first = new Object();
		Object second = new Object();
		CyclicBarrier bothHoldOne = new CyclicBarrier(2);
		Thread other = new Thread(() -> holdBoth(second, first, bothHoldOne), "chaos-deadlock");
		other.setDaemon(true);
		other.start();
		holdBoth(first, second, bothHoldOne);
		return "never";
	}

	@GetMapping("/leak")
	String leak(@RequestParam(defaultValue = "16") @Min(1) @Max(4096) int mb) {
		for (int i = 0; i < mb; i++) {
			this.held.add(new byte[MEGABYTE]);
		}
		return "holding " + this.held.size() + " MB";
	}

	@GetMapping("/slow")
	String slow(@RequestParam(defaultValue = "8000") @Min(0) @Max(120_000) long ms) throws InterruptedException {
		Thread.sleep(ms);
		return "slept " + ms + " ms";
	}

	@GetMapping("/cpu")
	String cpu(@RequestParam(defaultValue = "1000") @Min(0) @Max(120_000) long ms) {
		long end = System.nanoTime() + ms * 1_000_000;
		long rounds = 0;
		while (System.nanoTime() < end) {
			rounds++;
		}
		return rounds + " rounds in " + ms + " ms";
	}

	private static void holdBoth(Object first, Object second, CyclicBarrier bothHoldOne) {
		synchronized (first) {
			try {
				bothHoldOne.await();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			synchronized (second) {
				throw new IllegalStateException("no deadlock");
			}
		}
	}

}
