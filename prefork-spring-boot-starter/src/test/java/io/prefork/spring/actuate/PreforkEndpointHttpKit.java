package io.prefork.spring.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.PoolDocument.WorkerSummary;
import io.prefork.control.ReloadDocument;
import io.prefork.control.UpgradeDocument;
import org.json.JSONException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.skyscreamer.jsonassert.JSONAssert;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint over real HTTP, for every web framework that serves it.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class PreforkEndpointHttpKit {

	private static final String JSON = "application/json";

	private static final String NUMBER = "must be a whole number from 1 to 512";

	private static final String WORKERS = "\"workers\" must be \"auto\" or a whole number from 1 to 512";

	private final HttpClient client = HttpClient.newHttpClient();

	private final FakePoolControl control = new FakePoolControl();

	private final WebApplicationType type;

	private ConfigurableApplicationContext context;

	PreforkEndpointHttpKit(WebApplicationType type) {
		this.type = type;
	}

	@BeforeAll
	void start() {
		// The application's own JSON settings must not show in the endpoint's answers.
		this.context = new SpringApplicationBuilder(Application.class).web(this.type)
			.initializers((context) -> context.getBeanFactory().registerSingleton("fake", this.control))
			.properties("server.port=0", "management.endpoints.web.exposure.include=prefork",
					"management.endpoint.prefork.access=unrestricted", "spring.main.banner-mode=off",
					"spring.jackson.property-naming-strategy=SNAKE_CASE",
					"spring.jackson.datatype.datetime.write-durations-as-timestamps=true",
					"spring.jackson.default-property-inclusion=always")
			.run();
	}

	@AfterAll
	void stop() {
		this.context.close();
	}

	@BeforeEach
	void reset() {
		this.control.reset();
	}

	@Test
	void whenPoolIsReadThenAnswerIsTheDesignsExample() throws Exception {
		assertAnswer(get(""), 200,
				"""
						{"state":"RUNNING","master":{"pid":7,"uptime":"PT3M","upgrades":1},"workerClass":"gthread","threads":8,"generation":2,
						 "listeners":[{"address":"0.0.0.0:8080","backlog":2048,"queued":0}],
						 "workers":{"target":4,"accepting":4,"spare":1,"ready":0,"booting":0,"draining":0,"busy":3,"lost":1,"slots":32},
						 "counters":{"requests":120334,"errors":17,"overflowed":5,"slowClients":2,"slowRequests":12,"timedOut":4,"spawned":6,"exits":{"crash":1,"timeout":0,"recycled":1},
						             "causes":{"signal":1,"max-age":1},"rollouts":{"failed":1}},
						 "scale":{"policy":"busyness","min":2,"max":8,"floor":4,
						          "reason":"scaling from 2 to 4 workers: 16 of 16 slots busy and 37 connections queued",
						          "decisions":{"queue":1}},
						 "pool":[{"slot":0,"pid":41,"generation":2,"state":"ACCEPTING","age":"PT2M","busy":1,"lost":0,"requests":30011,
						          "oldestRequest":"PT0.02S","heartbeat":"PT0.1S","rss":214958080,"heapUsed":61000000,"heapAfterGc":48000000}],
						 "obituaries":[{"slot":0,"pid":38,"generation":1,"reached":"ACCEPTING","category":"crash","cause":"signal",
						                "reason":"killed by SIGSEGV","died":"2026-11-21T10:00:00.123Z","age":"PT1M1S","requests":90321,"inFlight":2}]}""");
	}

	@Test
	void whenPoolIsReadThenFieldsAreInTheOrderOfTheDesign() throws Exception {
		assertThat(get("").body())
			.startsWith("{\"state\":\"RUNNING\",\"master\":{\"pid\":7,\"uptime\":\"PT3M\",\"upgrades\":1},");
	}

	@Test
	void whenValuesAreUnknownThenTheirFieldsAreLeftOut() throws Exception {
		this.control.pool = FakePoolControl.pool("STARTING", 0, List.of(new WorkerSummary(3, 55, 1, "SPAWNED",
				Duration.ofNanos(1_234_567_890), 0, 0, 0, null, null, null, null, null)));
		assertThat(get("").body()).contains(
				"\"pool\":[{\"slot\":3,\"pid\":55,\"generation\":1,\"state\":\"SPAWNED\",\"age\":\"PT1.234S\",\"busy\":0,\"lost\":0,\"requests\":0}]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/0", "/41" })
	void whenWorkerIsReadBySlotOrPidThenAnswerIsTheWorkerInFull(String worker) throws Exception {
		assertAnswer(get(worker), 200,
				"""
						{"slot":0,"pid":41,"generation":2,"state":"ACCEPTING","age":"PT2M","busy":1,"lost":0,"requests":30011,
						 "oldestRequest":"PT0.02S","heartbeat":"PT0.1S","rss":214958080,"heapUsed":61000000,"heapAfterGc":48000000,
						 "serial":6,"accepted":812,"overflowed":0,"errors":3,"slowClients":0,"heapMax":268435456,
						 "obituaries":[{"slot":0,"pid":38,"generation":1,"reached":"ACCEPTING","category":"crash","cause":"signal",
						                "reason":"killed by SIGSEGV","died":"2026-11-21T10:00:00.123Z","age":"PT1M1S","requests":90321,"inFlight":2,
						                "oldestRequests":[{"request":"GET /report","age":"PT4.2S"}],
						                "rss":230000000,"heapUsed":61000000,"heapMax":268435456,"output":"last\\nwords"}]}""");
	}

	@Test
	void whenObituariesAreReadThenAnswerIsTheListInBrief() throws Exception {
		assertAnswer(get("/obituaries"), 200,
				"""
						{"obituaries":[{"slot":0,"pid":38,"generation":1,"reached":"ACCEPTING","category":"crash","cause":"signal",
						                "reason":"killed by SIGSEGV","died":"2026-11-21T10:00:00.123Z","age":"PT1M1S","requests":90321,"inFlight":2}]}""");
		assertError(send("DELETE", "/obituaries", null, ""), 404,
				"There is no worker \"obituaries\"; name it by its slot or its pid.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/7", "/up", "/-1", "/99999999999999999999" })
	void whenWorkerIsUnknownThenNotFound(String worker) throws Exception {
		String sentence = "There is no worker \"" + worker.substring(1) + "\"; name it by its slot or its pid.";
		assertError(get(worker), 404, sentence);
		assertError(send("DELETE", worker, null, ""), 404, sentence);
	}

	@Test
	void whenTargetIsSetThenAnswerHasBothTargets() throws Exception {
		assertAnswer(post("", "{\"workers\":6}"), 200, "{\"previous\":4,\"workers\":6,\"floor\":6}");
		assertThat(this.control.commands).containsExactly("scaleTo 6");
	}

	@Test
	void whenTargetIsGivenBackToTheLoadThenAnswerHasNoFloor() throws Exception {
		assertAnswer(post("", "{\"workers\":\"auto\"}"), 200, "{\"previous\":4,\"workers\":4}");
		assertThat(this.control.commands).containsExactly("scaleAuto");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/up     | {"by":2}        | scaleBy 2
			/up     | {}              | scaleBy 1
			/up     | ''              | scaleBy 1
			/up     | {"by":null}     | scaleBy 1
			/up     | {"by":512}      | scaleBy 512
			/down   | {"by":2}        | scaleBy -2
			/down   | {}              | scaleBy -1
			''      | {"workers":1}   | scaleTo 1
			''      | {"workers":"5"} | scaleTo 5
			''      | {"workers":512} | scaleTo 512
			""")
	void whenCommandIsWellFormedThenItIsObeyed(String path, String body, String command) throws Exception {
		assertThat(post(path, body).statusCode()).isEqualTo(200);
		assertThat(this.control.commands).containsExactly(command);
	}

	@Test
	void whenReloadIsNotWaitedForThenAccepted() throws Exception {
		assertAnswer(post("/reload", ""), 202, "{\"status\":\"STARTED\",\"generation\":2}");
		assertThat(post("/reload", "{\"wait\":false}").statusCode()).isEqualTo(202);
		assertThat(this.control.commands).containsExactly("reload false", "reload false");
	}

	@Test
	void whenReloadIsWaitedForThenAnswerIsTheVerdict() throws Exception {
		this.control.reload = new ReloadDocument(ReloadDocument.Status.RELOADED, 3, Duration.ofMillis(8200), null,
				null);
		assertAnswer(post("/reload", "{\"wait\":true}"), 200,
				"{\"status\":\"RELOADED\",\"generation\":3,\"took\":\"PT8.2S\"}");
		assertThat(this.control.commands).containsExactly("reload true");
	}

	@Test
	void whenReloadFailsThenConflictWithReason() throws Exception {
		this.control.reload = new ReloadDocument(ReloadDocument.Status.FAILED, 2, Duration.ofSeconds(3), "no database",
				"Caused by: x");
		assertAnswer(post("/reload", "{\"wait\":true}"), 409,
				"{\"status\":\"FAILED\",\"generation\":2,\"took\":\"PT3S\",\"reason\":\"no database\",\"output\":\"Caused by: x\"}");
	}

	@Test
	void whenRolledBackThenAnswerIsTheVerdict() throws Exception {
		assertThat(post("/rollback", "{}").statusCode()).isEqualTo(202);
		assertThat(post("/rollback", "{\"wait\":true}").statusCode()).isEqualTo(202);
		assertThat(this.control.commands).containsExactly("rollback false", "rollback true");
		assertThat(post("/rollback", "{\"by\":1}").statusCode()).isEqualTo(400);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/0", "/41" })
	void whenWorkerIsDeletedThenNoContent(String worker) throws Exception {
		HttpResponse<String> response = send("DELETE", worker, null, "");
		assertThat(response.statusCode()).isEqualTo(204);
		assertThat(response.body()).isEmpty();
		assertThat(this.control.commands).containsExactly("replace " + worker.substring(1));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			``    | ``                           | "workers" is missing; it %N.
			``    | {}                           | "workers" is missing; it %N.
			``    | null                         | "workers" is missing; it %N.
			``    | {"workers":null}             | "workers" is missing; it %N.
			``    | {"workers":"many"}           | "workers" %N but is many.
			``    | {"workers":""}               | "workers" %N but is .
			``    | {"workers":" 6"}             | "workers" %N but is  6.
			``    | {"workers":1.5}              | "workers" %N but is 1.5.
			``    | {"workers":6.0}              | "workers" %N but is 6.0.
			``    | {"workers":1e99}             | "workers" %N but is 1e99.
			``    | {"workers":-3}               | "workers" %N but is -3.
			``    | {"workers":0}                | "workers" %N but is 0.
			``    | {"workers":513}              | "workers" %N but is 513.
			``    | {"workers":99999999999}      | "workers" %N but is 99999999999.
			``    | {"workers":true}             | "workers" %N but is true.
			``    | {"workers":[6]}              | "workers" %N.
			``    | {"workers":{"n":6}}          | "workers" %N.
			``    | {"worker":6}                 | Unknown field "worker"; known here: "workers".
			``    | {"workers":6,"by":2,"b":1}   | Unknown fields "b", "by"; known here: "workers".
			``    | {"workers":6,"b":[1]}        | Unknown field "b".
			``    | [6]                          | The body must be one JSON object such as {"workers":4}.
			``    | 6                            | The body must be one JSON object such as {"workers":4}.
			``    | "6"                          | The body must be one JSON object such as {"workers":4}.
			``    | {"workers":6                 | The body is not well-formed JSON (line 1, column %C).
			``    | {"workers":}                 | The body is not well-formed JSON (line 1, column %C).
			``    | {"workers":6} 7              | The body must be one JSON object such as {"workers":4}.
			``    | workers=6                    | The body is not well-formed JSON (line 1, column %C).
			/up   | {"by":0}                     | "by" %N but is 0.
			/up   | {"by":-1}                    | "by" %N but is -1.
			/down | {"by":513}                   | "by" %N but is 513.
			/down | {"by":"two"}                 | "by" %N but is two.
			/down | {"workers":2}                | Unknown field "workers"; known here: "by", "wait".
			/up   | {"wait":true}                | "wait" is not a field of "up".
			/reload | {"wait":"soon"}            | "wait" must be true or false but is soon.
			/reload | {"wait":1}                 | "wait" must be true or false but is 1.
			/reload | {"wait":{}}                | "wait" must be true or false.
			/reload | {"by":1}                   | "by" is not a field of "reload".
			""")
	void whenCommandIsMalformedThenBadRequestNamesFieldAndBoundAndNothingChanges(String path, String body,
			String sentence) throws Exception {
		HttpResponse<String> response = post(path, body);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type").orElse("")).contains("json");
		assertThat(error(response).replaceAll("column \\d+", "column %C"))
			.isEqualTo(sentence.replace("\"workers\" %N", WORKERS)
				.replace("it %N", WORKERS.replace("\"workers\"", "it"))
				.replace("%N", NUMBER));
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenValueIsHugeThenTheEchoIsShort() throws Exception {
		assertError(post("", "{\"workers\":" + "9".repeat(900) + "}"), 400,
				WORKERS + " but is " + "9".repeat(40) + "....");
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenQueryParameterIsRepeatedThenBadRequest() throws Exception {
		assertError(post("?workers=3&workers=4", ""), 400, WORKERS + " but is [3, 4].");
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenMasterIsUpgradedThenTheTrialRunIsAnswered() throws Exception {
		HttpResponse<String> started = post("/upgrade", "{}");
		assertThat(started.statusCode()).isEqualTo(202);
		assertThat(started.body()).isEqualTo("{\"status\":\"STARTED\",\"took\":\"PT2S\"}");
		this.control.upgrade = new UpgradeDocument(UpgradeDocument.Status.FAILED, Duration.ofSeconds(2), "no", "way");
		HttpResponse<String> failed = post("/upgrade", "{}");
		assertThat(failed.statusCode()).isEqualTo(409);
		assertThat(failed.body()).contains("\"reason\":\"no\"", "\"output\":\"way\"");
		assertThat(this.control.commands).containsExactly("upgrade", "upgrade");
		assertError(post("/upgrade", "{\"wait\":true}"), 400, "\"wait\" is not a field of \"upgrade\".");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/sideways", "/0", "/UP" })
	void whenActionIsUnknownThenNotFoundListsTheActions(String path) throws Exception {
		assertError(post(path, "{}"), 404, "There is no action \"" + path.substring(1)
				+ "\"; the actions are \"up\", \"down\", \"reload\", \"rollback\" and \"upgrade\".");
		assertThat(this.control.commands).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/x-www-form-urlencoded", "text/plain", "" })
	void whenCommandIsNotSentAsJsonThenUnsupportedMediaTypeSaysHow(String contentType) throws Exception {
		assertError(send("POST", "", contentType, "{\"workers\":6}"), 415,
				"Commands are JSON; send them with \"Content-Type: application/json\".");
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenMethodIsNotOneOfTheEndpointsThenNotAllowed() throws Exception {
		HttpResponse<String> response = send("DELETE", "", null, "");
		assertError(response, 405, "DELETE is not allowed here.");
		assertThat(response.headers().firstValue("Allow").orElse("")).contains("GET", "POST");
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenCommandIsInvalidForThePoolThenBadRequest() throws Exception {
		this.control.failure = new CommandRefusedException(true, "\"workers\" must be at most 8.");
		assertError(post("", "{\"workers\":9}"), 400, "\"workers\" must be at most 8.");
	}

	@Test
	void whenPoolRefusesThenServiceUnavailable() throws Exception {
		this.control.failure = new CommandRefusedException(false, "The server is stopping.");
		assertError(post("/reload", "{}"), 503, "The server is stopping.");
	}

	@Test
	void whenMasterDoesNotAnswerThenServiceUnavailable() throws Exception {
		this.control.failure = new IllegalStateException("link closed");
		assertError(get(""), 503, "The master could not be asked: link closed");
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send("GET", path, null, "");
	}

	private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
		return send("POST", path, JSON, body);
	}

	private HttpResponse<String> send(String method, String path, String contentType, String body)
			throws IOException, InterruptedException {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prefork" + path))
			.method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
		if (contentType != null && !contentType.isEmpty()) {
			request.header("Content-Type", contentType);
		}
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	private void assertAnswer(HttpResponse<String> response, int status, String json) throws JSONException {
		assertThat(response.statusCode()).isEqualTo(status);
		JSONAssert.assertEquals(json, response.body(), true);
	}

	private void assertError(HttpResponse<String> response, int status, String sentence) throws JSONException {
		assertThat(error(response)).isEqualTo(sentence);
		assertThat(response.statusCode()).isEqualTo(status);
	}

	private String error(HttpResponse<String> response) throws JSONException {
		return new org.json.JSONObject(response.body()).optString("error", response.statusCode() + response.body());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
