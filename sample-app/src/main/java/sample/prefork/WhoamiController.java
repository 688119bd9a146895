package sample.prefork;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells which process answers, on which thread, and which version of the application it
 * runs.
 */
@RestController
class WhoamiController {

	private final Whoami whoami;

	private final String version;

	WhoamiController(@Value("${prefork.worker.slot:-1}") int slot,
			@Value("${prefork.worker.generation:0}") int generation, SampleProperties properties) {
		this.whoami = new Whoami(ProcessHandle.current().pid(), slot, generation);
		this.version = properties.version();
	}

	@GetMapping("/whoami")
	Whoami whoami() {
		return this.whoami;
	}

	@GetMapping(path = "/version", produces = MediaType.TEXT_PLAIN_VALUE)
	String version() {
		return this.version;
	}

	@GetMapping(path = "/thread", produces = MediaType.TEXT_PLAIN_VALUE)
	String thread() {
		return Thread.currentThread().getName();
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
