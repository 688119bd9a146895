package sample.prefork;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class SampleApplicationTests {

	@LocalServerPort
	private int port;

	private RestTestClient client;

	@BeforeEach
	void bind() {
		this.client = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + this.port).build();
	}

	@Test
	void whenPageIsRequestedThenHtml() {
		this.client.get()
			.uri("/")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.TEXT_HTML)
			.expectBody(String.class)
			.value((html) -> assertThat(html).contains("<h1>Prefork sample</h1>"));
	}

	@Test
	void whenOutsideAPoolThenWhoamiHasNoSlot() {
		this.client.get()
			.uri("/whoami")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.json("{\"pid\":" + ProcessHandle.current().pid() + ",\"slot\":-1,\"generation\":0}");
	}

	@Test
	void whenVersionIsNotSetThenOne() {
		this.client.get().uri("/version").exchange().expectBody(String.class).isEqualTo("1");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 16 * 1024 })
	void whenBodyIsEchoedThenItsLength(int length) {
		this.client.post()
			.uri("/echo")
			.contentType(MediaType.APPLICATION_OCTET_STREAM)
			.body(new byte[length])
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo(String.valueOf(length));
	}

	@Test
	void whenSleepIsShortThenAnswers() {
		this.client.get().uri("/sleep?ms=1").exchange().expectBody(String.class).isEqualTo("slept 1 ms");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/sleep?ms=-1", "/sleep?ms=30001", "/sleep?ms=x", "/notes?limit=0", "/notes?limit=101",
			"/numbers?count=0", "/ticks?count=1001" })
	void whenParameterIsOutOfBoundsThenBadRequest(String uri) {
		this.client.get().uri(uri).exchange().expectStatus().isBadRequest();
	}

	@Test
	void whenNoteIsAddedThenItIsFound() {
		String location = this.client.post()
			.uri("/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"author\":\"ada\",\"text\":\"first\"}")
			.exchange()
			.expectStatus()
			.isCreated()
			.returnResult()
			.getResponseHeaders()
			.getFirst(HttpHeaders.LOCATION);
		this.client.get()
			.uri(location)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.json("{\"author\":\"ada\",\"text\":\"first\"}");
		this.client.get().uri("/notes?limit=1").exchange().expectBody().jsonPath("$[0].author").isEqualTo("ada");
	}

	@Test
	void whenNoteIsUnknownThenNotFound() {
		this.client.get().uri("/notes/999999").exchange().expectStatus().isNotFound();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"author":"","text":"x"}
			{"author":"ada"}
			{
			""")
	void whenNoteIsInvalidThenBadRequest(String body) {
		this.client.post()
			.uri("/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange()
			.expectStatus()
			.isBadRequest();
	}

	@Test
	void whenFileIsUploadedThenReceipt() {
		MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
		parts.add("file", new ByteArrayResource("abc".getBytes()) {

			@Override
			public String getFilename() {
				return "abc.txt";
			}

		});
		this.client.post()
			.uri("/uploads")
			.contentType(MediaType.MULTIPART_FORM_DATA)
			.body(parts)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.json("""
					{"name":"abc.txt","size":3,
					"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}""");
	}

	@Test
	void whenNumbersAreStreamedThenAllArrive() {
		this.client.get()
			.uri("/numbers?count=2500")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((text) -> assertThat(text.lines()).hasSize(2500).endsWith("2500"));
	}

	@Test
	void whenTicksAreFollowedThenEventsInOrder() {
		this.client.get()
			.uri("/ticks?count=3&ms=1")
			.exchange()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.TEXT_EVENT_STREAM)
			.expectBody(String.class)
			.value((events) -> assertThat(events.lines().filter((line) -> line.startsWith("data:")))
				.containsExactly("data:1", "data:2", "data:3"));
	}

	@Test
	void whenProfileChaosIsOffThenNoChaos() {
		this.client.get().uri("/chaos/leak").exchange().expectStatus().isNotFound();
	}

}
