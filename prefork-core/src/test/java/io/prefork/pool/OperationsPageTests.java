package io.prefork.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.pool.LoggingCalls.Call;
import io.prefork.pool.OperationsPage.LogLine;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * {@code docs/operations.md} and the code speak of the same things.
 */
class OperationsPageTests {

	private static final LoggingCalls CALLS = LoggingCalls.ofTheProduct();

	@Test
	void whenCodeWritesToTheLogThenThePageExplainsTheLine() {
		assertThat(CALLS.calls()).hasSizeGreaterThan(60)
			.allSatisfy((call) -> assertThat(OperationsPage.lines()).as("a line for %s", call)
				.anyMatch((line) -> line.level().equals(call.level()) && line.isMadeOf(call.said())));
	}

	@Test
	void whenPageExplainsALineThenTheCodeWritesIt() {
		assertThat(OperationsPage.lines()).hasSizeGreaterThan(60)
			.allSatisfy((line) -> assertThat(Stream.concat(literalsOfLevel(line), CALLS.literals().stream()))
				.as("code that writes %s", line)
				.anyMatch(line::isMadeOf));
	}

	private static Stream<String> literalsOfLevel(LogLine line) {
		return CALLS.calls().stream().filter((call) -> call.level().equals(line.level())).map(Call::said);
	}

	@Test
	void whenReportIsNotOnThePageThenTheCheckFails() {
		Action unknown = new Action.Report(Action.Severity.WARN, "a cow has entered the computing centre");
		assertThatThrownBy(() -> OperationsPage.assertExplained(List.of(unknown))).isInstanceOf(AssertionError.class)
			.hasMessageContaining("a cow has entered");
	}

	@Test
	void whenWorkerIsGoneThenThePageSaysWhatToDoAboutEachCause() {
		assertThat(OperationsPage.firstColumn("cause"))
			.containsExactly(Stream.of(ExitCause.Kind.values()).map(ExitCause.Kind::label).toArray(String[]::new));
	}

	@Test
	void whenPoolIsInAStateThenThePageSaysWhatToDoAboutIt() {
		assertThat(OperationsPage.firstColumn("you get"))
			.contains(Stream.of(PoolView.State.values()).map(Enum::name).toArray(String[]::new));
	}

	@Test
	void whenPageNamesMeterThenTheEndpointHasIt() throws IOException {
		Set<String> meters = names("`(prefork\\.[a-z.]+)`",
				Files.readString(OperationsPage.ROOT.resolve("docs/endpoint.md")));
		Set<String> named = names("`(prefork_[a-z_]+?)(_total|_bytes|_seconds)?[`{]", OperationsPage.text());
		assertThat(named).hasSizeGreaterThan(10)
			.allSatisfy((name) -> assertThat(meters).anyMatch((meter) -> meter.replace('.', '_').equals(name)));
	}

	private static Set<String> names(String pattern, String text) {
		return Pattern.compile(pattern)
			.matcher(text)
			.results()
			.map((MatchResult name) -> name.group(1))
			.collect(Collectors.toSet());
	}

}
