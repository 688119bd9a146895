package sample.reactive;

import java.time.Duration;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ReactiveController {

	private final Whoami whoami;

	ReactiveController(@Value("${prefork.worker.slot:-1}") int slot,
			@Value("${prefork.worker.generation:0}") int generation) {
		this.whoami = new Whoami(ProcessHandle.current().pid(), slot, generation);
	}

	@GetMapping("/whoami")
	Whoami whoami() {
		return this.whoami;
	}

	@PostMapping(path = "/echo", produces = MediaType.TEXT_PLAIN_VALUE)
	Mono<String> echo(@RequestBody(required = false) Mono<byte[]> body) {
		return body.map((bytes) -> String.valueOf(bytes.length)).defaultIfEmpty("0");
	}

	@GetMapping(path = { "/sleep", "/chaos/slow" }, produces = MediaType.TEXT_PLAIN_VALUE)
	Mono<String> sleep(@RequestParam long ms) {
		return Mono.delay(Duration.ofMillis(ms)).map((tick) -> "slept " + ms + " ms");
	}

	@GetMapping(path = "/ticks", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<ServerSentEvent<Long>> ticks(@RequestParam int count, @RequestParam long ms) {
		return Flux.interval(Duration.ZERO, Duration.ofMillis(ms))
			.onBackpressureBuffer()
			.take(count)
			.map((tick) -> ServerSentEvent.<Long>builder(tick + 1).id(String.valueOf(tick + 1)).event("tick").build());
	}

	/**
	 * The answering process.
	 *
	 * @param pid its process id
	 * @param slot its slot in the pool, -1 outside one
	 * @param generation its generation, 0 outside a pool
	 */
	record Whoami(long pid, int slot, int generation) {
	}

}
