package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint is documented to answer: every {@code curl} command of
 * {@code docs/endpoint.md} is sent to a pool, and the answers compared, field by field,
 * with those that are printed below the commands. Requests that cannot be right change
 * nothing.
 */
class EndpointProcessTests extends ProcessTestSupport {

	private static final Pattern BLOCK = Pattern.compile("```(shell|json)\\n(.*?)```", Pattern.DOTALL);

	private static final Pattern CURL = Pattern
		.compile("curl (?:--json '(?<json>[^']*)' *)?(?:-X (?<method>\\w+) )?localhost:8080(?<path>/\\S*)");

	/** Fields that an answer has or has not, as the pool happens to be. */
	private static final List<String> OPTIONAL = List.of("oldestRequest", "heapAfterGc", "stack", "crash", "output",
			"rollout", "floor", "reason");

	private final JsonMapper mapper = new JsonMapper();

	@Test
	void whenSentThenAnsweredAsDocumented() throws IOException {
		PoolProcess pool = sharedPool();
		List<Example> examples = examples();
		assertThat(examples).hasSizeGreaterThanOrEqualTo(7);
		for (Example example : examples) {
			if (example.path().endsWith("/reload")) {
				// The scale examples leave more workers than need be replaced here
				pool.post("/actuator/prefork", "{\"workers\":2}");
			}
			Answer answer = example.sendTo(pool, slotOfOneThatStays(pool));
			assertThat(answer.successful()).as("%s: %s", example, answer.text()).isTrue();
			example.answer().ifPresent((documented) -> compare(example.path(), documented, answer.json()));
		}
		pool.awaitSettled(2);
	}

	@Test
	void whenRequestToTheEndpointIsWrongThenSentenceAndNothingChanges() {
		PoolProcess pool = sharedPool();
		PoolStatus before = pool.pool();
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":0}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":-3}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":1000000}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":99999999999999999999}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":\"x\"}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{}", "workers");
		assertBadRequest(pool, "/actuator/prefork", "{\"workers\":", "");
		assertBadRequest(pool, "/actuator/prefork/up", "{\"by\":-1}", "by");
		assertBadRequest(pool, "/actuator/prefork/down", "{\"by\":\"all\"}", "by");
		assertBadRequest(pool, "/actuator/prefork/reload", "{\"wait\":\"perhaps\"}", "wait");
		assertThat(pool.request("DELETE", "/actuator/prefork/99", "").status()).isEqualTo(404);
		PoolStatus after = pool.awaitSettled(2);
		assertThat(after.pids()).isEqualTo(before.pids());
		assertThat(after.generation()).isEqualTo(before.generation());
	}

	private static void assertBadRequest(PoolProcess pool, String path, String json, String field) {
		Answer answer = pool.post(path, json);
		assertThat(answer.status()).as("%s: %s", json, answer.text()).isEqualTo(400);
		assertThat(answer.text()).as("sentence on %s", json).contains(field).hasSizeGreaterThan(10);
	}

	/**
	 * After a reload, old workers may still be there, on their way out.
	 */
	private static int slotOfOneThatStays(PoolProcess pool) {
		return pool.pool()
			.workers()
			.stream()
			.filter((worker) -> worker.state().equals("ACCEPTING"))
			.findFirst()
			.orElseThrow()
			.slot();
	}

	private void compare(String where, JsonNode documented, JsonNode answered) {
		if (documented.isObject()) {
			TreeSet<String> names = new TreeSet<>(answered.propertyNames());
			OPTIONAL.forEach(names::remove);
			TreeSet<String> expected = new TreeSet<>(documented.propertyNames());
			OPTIONAL.forEach(expected::remove);
			assertThat(names).as(where).isEqualTo(expected);
			documented.properties()
				.stream()
				.filter((field) -> answered.has(field.getKey()))
				.forEach((field) -> compare(where + " " + field.getKey(), field.getValue(),
						answered.get(field.getKey())));
		}
		else if (documented.isArray() && !answered.isEmpty()) {
			compare(where + "[]", documented.get(0), answered.get(0));
		}
		else {
			assertThat(answered.getNodeType()).as(where).isEqualTo(documented.getNodeType());
		}
	}

	/**
	 * The commands in the order of the page, each with the answer that follows its block.
	 */
	private List<Example> examples() throws IOException {
		List<Example> examples = new ArrayList<>();
		List<Example> unanswered = new ArrayList<>();
		Matcher block = BLOCK.matcher(Files.readString(page()));
		while (block.find()) {
			if (block.group(1).equals("json")) {
				JsonNode answer = this.mapper.readTree(block.group(2));
				unanswered.forEach((example) -> examples.add(example.answered(answer)));
			}
			else {
				examples.addAll(unanswered);
			}
			unanswered.clear();
			if (block.group(1).equals("shell")) {
				CURL.matcher(block.group(2)).results().forEach((curl) -> unanswered.add(Example.of(curl.group())));
			}
		}
		examples.addAll(unanswered);
		return examples;
	}

	private static Path page() {
		Path directory = Path.of("").toAbsolutePath();
		while (!Files.exists(directory.resolve("docs/endpoint.md"))) {
			directory = directory.getParent();
		}
		return directory.resolve("docs/endpoint.md");
	}

	/**
	 * A documented call.
	 */
	private record Example(String method, String path, String json, Optional<JsonNode> answer) {

		static Example of(String command) {
			Matcher curl = CURL.matcher(command);
			assertThat(curl.matches()).as(command).isTrue();
			String json = curl.group("json");
			String method = (curl.group("method") != null) ? curl.group("method") : (json != null) ? "POST" : "GET";
			return new Example(method, curl.group("path"), (json != null) ? json : "", Optional.empty());
		}

		Example answered(JsonNode answer) {
			return new Example(this.method, this.path, this.json, Optional.of(answer));
		}

		/**
		 * Sends it; where it names slot 0, to a slot that is taken at the moment.
		 */
		Answer sendTo(PoolProcess pool, int slot) {
			return pool.request(this.method, this.path.replaceFirst("/0$", "/" + slot), this.json);
		}

	}

}
