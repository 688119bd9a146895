package sample.prefork.chaos;

import java.io.IOException;

import org.springframework.context.annotation.Profile;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Leaves a process behind whose parent is gone, as programs do that start others in the
 * background. Only under the profile {@code chaos}.
 */
@RestController
@Profile("chaos")
class OrphanController {

	@GetMapping(path = "/chaos/orphan", produces = MediaType.TEXT_PLAIN_VALUE)
	String orphan() throws IOException, InterruptedException {
		int status = new ProcessBuilder("/bin/sh", "-c", "sleep 3 >/dev/null 2>&1 &").start().waitFor();
		return "the parent of the orphan ended with status " + status;
	}

}
