package io.prefork.spring;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the compatibility kit asks of an application.
 */
@RestController
public class HoldingController {

	private final Holds holds;

	HoldingController(Holds holds) {
		this.holds = holds;
	}

	@GetMapping("/hello")
	String hello() {
		return "hello";
	}

	@GetMapping("/slow")
	String slow() {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
		return "slow";
	}

	@GetMapping("/thread")
	String thread() {
		return Thread.currentThread().getName();
	}

	@GetMapping("/held")
	String held() {
		return this.holds.hold();
	}

	@GetMapping("/late")
	String late(@RequestParam long ms) {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
		return "late";
	}

	/**
	 * Gives up when it is interrupted, in the words of most.
	 */
	@GetMapping("/interruptible")
	ResponseEntity<String> interruptible() {
		try {
			return ResponseEntity.ok(this.holds.released().get());
		}
		catch (InterruptedException | ExecutionException ex) {
			Thread.currentThread().interrupt();
			return ResponseEntity.status(HttpStatus.GATEWAY_TIMEOUT).body("interrupted");
		}
	}

	@RequestMapping("/interrupting")
	String interrupting() {
		Thread.currentThread().interrupt();
		return "interrupted";
	}

	@GetMapping("/held-empty")
	ResponseEntity<Void> heldEmpty() {
		this.holds.hold();
		return ResponseEntity.noContent().build();
	}

	@GetMapping("/held-chunked")
	Resource heldChunked() {
		String text = this.holds.hold();
		return new InputStreamResource(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
	}

	@GetMapping("/async")
	CompletableFuture<String> async() {
		// A request that times out cancels what it waits for
		return this.holds.released().copy();
	}

	@GetMapping("/broken")
	ResponseEntity<String> broken() {
		return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body("broken");
	}

	@GetMapping("/thrown")
	String thrown() {
		throw new IllegalStateException("thrown for a test");
	}

}
