package io.prefork.spring.netty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.prefork.spring.Holds;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/**
 * What the compatibility kit asks of an application, without blocking a thread.
 */
@RestController
class ReactiveHoldingController {

	private final Holds holds;

	private volatile boolean cancelled;

	ReactiveHoldingController(Holds holds) {
		this.holds = holds;
	}

	boolean isCancelled() {
		return this.cancelled;
	}

	@GetMapping("/hello")
	String hello() {
		return "hello";
	}

	@GetMapping("/slow")
	Mono<String> slow() {
		return Mono.delay(Duration.ofMillis(5)).thenReturn("slow");
	}

	@GetMapping("/thread")
	String thread() {
		return Thread.currentThread().getName();
	}

	@GetMapping("/held")
	Mono<String> held() {
		return Mono.fromFuture(this.holds.released(), true).doOnCancel(() -> this.cancelled = true);
	}

	@GetMapping("/late")
	Mono<String> late(@RequestParam long ms) {
		return Mono.delay(Duration.ofMillis(ms)).thenReturn("late");
	}

	@GetMapping("/held-empty")
	Mono<ResponseEntity<Void>> heldEmpty() {
		return held().thenReturn(ResponseEntity.noContent().build());
	}

	@GetMapping(path = "/held-chunked", produces = MediaType.TEXT_PLAIN_VALUE)
	Flux<String> heldChunked() {
		return held().flatMapMany((text) -> Flux.just(text.substring(0, 1), text.substring(1)));
	}

	@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<String> events() {
		return Flux.just("first").concatWith(Flux.never()).doOnCancel(() -> this.cancelled = true);
	}

	@PostMapping("/late-upload")
	Mono<String> lateUpload(ServerWebExchange exchange) {
		return held().then(exchange.getRequest().getBody().map(DataBuffer::readableByteCount).reduce(0, Integer::sum))
			.map((bytes) -> bytes + " bytes");
	}

	@PostMapping("/refused")
	ResponseEntity<String> refused() {
		return ResponseEntity.status(HttpStatus.UNAUTHORIZED).body("refused");
	}

	@GetMapping("/blocking")
	String blocking() {
		return this.holds.hold();
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
