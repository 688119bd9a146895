package io.prefork.spring.actuate;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.prefork.control.WorkerDocument;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The JSON of an answer, as maps of plain values: fields in the order of the record,
 * {@code null} left out, durations as ISO-8601 to the millisecond. Maps, because they are
 * written alike whatever the application has done to its own JSON mapper, and even where
 * it has switched the endpoints' isolated mapper off.
 */
final class ResponseJson {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
		.changeDefaultPropertyInclusion((value) -> value.withValueInclusion(Include.NON_NULL))
		.addModule(new SimpleModule().addSerializer(Duration.class, new MillisecondsSerializer()))
		.build();

	private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {
	};

	private ResponseJson() {
	}

	/**
	 * The body for a document. A worker in full has the fields of a worker in brief, and
	 * then its own, at one level.
	 * @param document a record of {@code io.prefork.control}
	 * @return the body
	 */
	static Map<String, Object> of(Object document) {
		Map<String, Object> body = new LinkedHashMap<>();
		if (document instanceof WorkerDocument worker) {
			body.putAll(MAPPER.convertValue(worker.worker(), OBJECT));
		}
		body.putAll(MAPPER.convertValue(document, OBJECT));
		if (document instanceof WorkerDocument) {
			body.remove("worker");
		}
		return responseBody(body);
	}

	/**
	 * The body for an error.
	 * @param sentence what is wrong and what would be right
	 * @return the body
	 */
	static Map<String, Object> error(String sentence) {
		return responseBody(Map.of("error", sentence));
	}

	/**
	 * An error, as it goes over the wire.
	 * @param sentence what is wrong and what would be right
	 * @return JSON in UTF-8
	 */
	static byte[] errorBytes(String sentence) {
		return MAPPER.writeValueAsBytes(error(sentence));
	}

	private static Map<String, Object> responseBody(Map<String, Object> body) {
		return OperationResponseBody.of(body);
	}

	private static final class MillisecondsSerializer extends ValueSerializer<Duration> {

		@Override
		public void serialize(Duration value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(value.truncatedTo(ChronoUnit.MILLIS).toString());
		}

	}

}
