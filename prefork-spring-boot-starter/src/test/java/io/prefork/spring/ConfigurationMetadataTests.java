package io.prefork.spring;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metadata that the configuration processor makes of {@link PreforkProperties} and of
 * {@code additional-spring-configuration-metadata.json}, and the pages for users, which
 * must say the same.
 */
class ConfigurationMetadataTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SETTINGS = ROOT.resolve("docs/settings.md");

	/**
	 * How the page calls the types.
	 */
	private static final Map<String, String> TYPES = Map.ofEntries(Map.entry("java.lang.Boolean", "`true` or `false`"),
			Map.entry("java.lang.Integer", "whole number"), Map.entry("java.lang.Long", "whole number"),
			Map.entry("java.lang.String", "text"), Map.entry("java.lang.Double", "number"),
			Map.entry("java.time.Duration", "duration"), Map.entry("org.springframework.util.unit.DataSize", "size"),
			Map.entry("java.util.List<java.lang.String>", "list of texts"),
			Map.entry("java.util.List<java.lang.Integer>", "list of whole numbers"),
			Map.entry("org.springframework.boot.actuate.endpoint.Access", "`none`, `read_only` or `unrestricted`"),
			Map.entry("io.prefork.spring.ScaleProperties$Policy", "`static`, `spare` or `busyness`"));

	private static final Pattern ROW = Pattern
		.compile("(?m)^\\| `([a-z.-]*\\bprefork\\.[a-z.-]+)` " + "\\| ([^|]+) \\| ([^|]+) \\|[^|]*\\|[^|]*\\|$");

	private static final Pattern NAME = Pattern
		.compile("(?<![\\w./])(?<!\\w-)(management\\.[a-z]+\\.)?prefork\\.[a-z][a-z-]*(\\.[a-z][a-z-]*)*");

	private final JsonNode metadata = metadata();

	private final Map<String, JsonNode> properties = this.metadata.path("properties")
		.valueStream()
		.collect(Collectors.toMap((property) -> property.path("name").asString(), Function.identity(),
				(one, other) -> one, TreeMap::new));

	@Test
	void whenPropertyIsListedThenItIsListedOnceAndHasSentenceAndType() {
		assertThat(this.metadata.path("properties").size()).isEqualTo(this.properties.size()).isGreaterThan(20);
		assertThat(this.properties.values()).allSatisfy((property) -> {
			assertThat(property.path("type").asString("")).isNotEmpty();
			assertThat(property.path("description").asString("")).endsWith(".").hasSizeGreaterThan(10);
		});
	}

	@Test
	void whenValueIsHintedThenPropertyExistsAndValueIsExplained() {
		assertThat(hints()).containsOnlyKeys("prefork.bind", "prefork.worker-class", "prefork.workers");
		assertThat(this.properties).containsKeys(hints().keySet().toArray(String[]::new));
		assertThat(hints().values()).allSatisfy((hint) -> assertThat(hint.path("values").valueStream())
			.allSatisfy((value) -> assertThat(value.path("description").asString("")).endsWith(".")));
	}

	@Test
	void whenWorkerClassIsHintedThenItExists() {
		Set<String> types = Stream.of(WorkerType.values())
			.map((type) -> type.name().toLowerCase(Locale.ROOT))
			.collect(Collectors.toSet());
		assertThat(hints().get("prefork.worker-class").path("values").valueStream())
			.extracting((value) -> value.path("value").asString())
			.isNotEmpty()
			.isSubsetOf(types);
	}

	@Test
	void whenPageListsSettingsThenTheyAreThoseOfTheMetadata() throws IOException {
		assertThat(rows()).containsOnlyKeys(this.properties.keySet());
	}

	@Test
	void whenPageListsSettingThenTypeAndDefaultAreThoseOfTheMetadata() throws IOException {
		assertThat(rows()).allSatisfy((name, row) -> {
			JsonNode property = this.properties.get(name);
			assertThat(row.group(2)).as("type of " + name).isEqualTo(TYPES.get(property.path("type").asString()));
			if (property.has("defaultValue")) {
				assertThat(row.group(3)).as("default of " + name)
					.isEqualTo("`" + property.path("defaultValue").asString() + "`");
			}
			else {
				assertThat(row.group(3)).as("default of " + name + ", which has none").doesNotMatch("`[^`]*`");
			}
		});
	}

	@ParameterizedTest
	@MethodSource("pages")
	void whenPageNamesSettingThenItExists(Path page) throws IOException {
		Set<String> known = new TreeSet<>(this.properties.keySet());
		known.addAll(new WorkerSpec(0, 1, 1, Path.of("/"), List.of()).toSystemProperties().keySet());
		Set<String> named = NAME.matcher(Files.readString(page))
			.results()
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(known).containsAll(named);
	}

	/**
	 * Pages for users, but for that of the endpoint, where the names are those of meters,
	 * and that of the design.
	 */
	static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs)
				.filter(Files::isRegularFile)
				.filter((page) -> !Set.of("endpoint.md", "design.md").contains(page.getFileName().toString()))
				.sorted()
				.toList();
		}
	}

	private Map<String, JsonNode> hints() {
		return this.metadata.path("hints")
			.valueStream()
			.collect(Collectors.toMap((hint) -> hint.path("name").asString(), Function.identity()));
	}

	private static Map<String, MatchResult> rows() throws IOException {
		return ROW.matcher(Files.readString(SETTINGS))
			.results()
			.collect(Collectors.toMap((row) -> row.group(1), Function.identity()));
	}

	private static JsonNode metadata() {
		try {
			Path classes = Path.of(PreforkProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI());
			return JsonMapper.shared()
				.readTree(Files.readString(classes.resolve("META-INF/spring-configuration-metadata.json")));
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException("The configuration processor has left no metadata", ex);
		}
	}

}
