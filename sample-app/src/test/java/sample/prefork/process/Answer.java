package sample.prefork.process;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole HTTP/1.1 answer.
 *
 * @param status its status
 * @param headers its headers, names in lower case, the last of each name
 * @param body its body, decoded from chunks
 */
record Answer(int status, Map<String, String> headers, byte[] body) {

	private static final JsonMapper JSON = new JsonMapper();

	boolean successful() {
		return this.status >= 200 && this.status < 300;
	}

	boolean closes() {
		return "close".equalsIgnoreCase(this.headers.get("connection"));
	}

	String text() {
		return new String(this.body, StandardCharsets.UTF_8);
	}

	JsonNode json() {
		return JSON.readTree(this.body);
	}

}
