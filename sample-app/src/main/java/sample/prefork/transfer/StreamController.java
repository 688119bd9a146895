package sample.prefork.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Answers that are written while they are produced: a streamed body and server-sent
 * events.
 */
@RestController
class StreamController {

	private final AsyncTaskExecutor executor;

	StreamController(AsyncTaskExecutor applicationTaskExecutor) {
		this.executor = applicationTaskExecutor;
	}

	@GetMapping(path = "/numbers", produces = MediaType.TEXT_PLAIN_VALUE)
	StreamingResponseBody numbers(@RequestParam(defaultValue = "1000") @Min(1) @Max(1_000_000) int count) {
		return (body) -> write(count, body);
	}

	@GetMapping(path = "/ticks", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter ticks(@RequestParam(defaultValue = "5") @Min(1) @Max(1000) int count,
			@RequestParam(defaultValue = "100") @Min(0) @Max(1000) long ms) {
		SseEmitter emitter = new SseEmitter(0L);
		this.executor.execute(() -> tick(emitter, count, ms));
		return emitter;
	}

	private static void write(int count, OutputStream body) throws IOException {
		for (int number = 1; number <= count; number++) {
			body.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
			if (number % 1000 == 0) {
				body.flush();
			}
		}
	}

	private static void tick(SseEmitter emitter, int count, long ms) {
		try {
			for (int tick = 1; tick <= count; tick++) {
				emitter.send(SseEmitter.event().id(String.valueOf(tick)).name("tick").data(tick));
				Thread.sleep(ms);
			}
			emitter.complete();
		}
		catch (IOException ex) {
			// The client has left; the container completes the exchange.
		}
		catch (InterruptedException ex) {
			emitter.completeWithError(ex);
		}
	}

}
