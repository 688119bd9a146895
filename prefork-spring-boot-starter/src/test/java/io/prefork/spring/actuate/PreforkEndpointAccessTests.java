package io.prefork.spring.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint allows when it is exposed and nothing else is set.
 */
@TestInstance(Lifecycle.PER_CLASS)
class PreforkEndpointAccessTests {

	private final FakePoolControl control = new FakePoolControl();

	private ConfigurableApplicationContext context;

	@BeforeAll
	void start() {
		this.context = new SpringApplicationBuilder(PreforkEndpointHttpKit.Application.class)
			.web(WebApplicationType.SERVLET)
			.initializers((context) -> context.getBeanFactory().registerSingleton("fake", this.control))
			.properties("server.port=0", "management.endpoints.web.exposure.include=prefork,health,metrics",
					"management.endpoint.health.show-details=always",
					"management.endpoints.jackson.isolated-json-mapper=false",
					"spring.jackson.property-naming-strategy=SNAKE_CASE", "spring.main.banner-mode=off")
			.run();
	}

	@AfterAll
	void stop() {
		this.context.close();
	}

	@Test
	void whenAccessIsNotSetThenThePoolIsShown() throws Exception {
		assertThat(status("GET", "prefork")).isEqualTo(200);
		assertThat(status("GET", "prefork/0")).isEqualTo(200);
	}

	@Test
	void whenAccessIsNotSetThenCommandsAreNotAllowed() throws Exception {
		assertThat(status("POST", "prefork")).isEqualTo(405);
		assertThat(status("POST", "prefork/up")).isEqualTo(405);
		assertThat(status("POST", "prefork/reload")).isEqualTo(405);
		assertThat(status("DELETE", "prefork/0")).isEqualTo(405);
		assertThat(this.control.commands).isEmpty();
	}

	@Test
	void whenCommandIsNotAllowedThenTheAnswerNamesTheSetting() throws Exception {
		String body = HttpClient.newHttpClient()
			.send(request("prefork/up").POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString())
			.body();
		assertThat(body).isEqualTo(
				"{\"error\":\"POST is not allowed here; commands want \\\"management.endpoint.prefork.access=unrestricted\\\".\"}");
	}

	@Test
	void whenEndpointsHaveNoJsonMapperOfTheirOwnThenTheJsonIsTheSame() throws Exception {
		assertThat(body("prefork")).contains("\"workerClass\":\"gthread\"", "\"uptime\":\"PT3M\"");
	}

	@Test
	void whenHealthIsReadThenThePoolIsPartOfIt() throws Exception {
		assertThat(body("health")).contains("\"prefork\":{");
		assertThat(body("health/prefork")).contains("\"status\":\"UP\"", "\"accepting\":4");
	}

	@Test
	void whenMetricsAreReadThenThePoolIsPartOfThem() throws Exception {
		assertThat(body("metrics/prefork.workers?tag=state:target")).contains("\"value\":4.0");
	}

	private int status(String method, String path) throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(request(path).header("Content-Type", "application/json")
				.method(method, BodyPublishers.noBody())
				.build(), BodyHandlers.discarding())
			.statusCode();
	}

	private String body(String path) throws IOException, InterruptedException {
		return HttpClient.newHttpClient().send(request(path).build(), BodyHandlers.ofString()).body();
	}

	private HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/" + path));
	}

}
