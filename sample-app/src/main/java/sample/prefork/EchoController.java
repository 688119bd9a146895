package sample.prefork;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The two simplest workloads: reading a body, and waiting.
 */
@RestController
class EchoController {

	@PostMapping(path = "/echo", produces = MediaType.TEXT_PLAIN_VALUE)
	String echo(@RequestBody(required = false) byte[] body) {
		return String.valueOf((body != null) ? body.length : 0);
	}

	@GetMapping(path = "/sleep", produces = MediaType.TEXT_PLAIN_VALUE)
	String sleep(@RequestParam @Min(0) @Max(30_000) long ms) throws InterruptedException {
		Thread.sleep(ms);
		return "slept " + ms + " ms";
	}

}
