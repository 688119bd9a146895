package io.prefork.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MessageCodecTests {

	private static final String TEXT = "a \"quoted\" line\n\tat ünïcödé 𝄞 \\ \u0000 end";

	private static List<Message> messages() {
		return List.of(new Message.Hello(3, 1L << 40), new Message.Ready(), new Message.Accepting(),
				new Message.Leaving(TEXT), new Message.ShuttingDown(), new Message.BootFailed(TEXT),
				new Message.Evidence(TEXT), new Message.Request(7, Message.Command.REPLACE, "0", null),
				new Message.Request(8, Message.Command.SCALE_BY, null, -2),
				new Message.Response(7, MessageCodec.toTree(new ScaleDocument(2, 4, null)), null, false),
				new Message.Response(8, null, "no", true), new Message.Health(TEXT), new Message.CheckHealth(),
				new Message.OpenGate(), new Message.Drain(TEXT), new Message.Quit(), new Message.TakeEvidence(TEXT),
				new Message.WorkersChanged(2, 4), new Message.ReopenLogs(), new Message.Deadlocked(2, 1, TEXT),
				new Message.HoldOn(60_000), new Message.Holding(), new Message.GoOn(), new Message.Acceptor(4711));
	}

	@ParameterizedTest
	@MethodSource("messages")
	void whenMessageIsWrittenThenTheSameIsRead(Message message) throws IOException {
		byte[] line = MessageCodec.encode(message);
		assertThat(line).endsWith((byte) '\n').containsOnlyOnce((byte) '\n');
		assertThat(MessageCodec.read(new ByteArrayInputStream(line))).isEqualTo(message);
	}

	@Test
	void whenMessagesAreTestedThenNoKindIsForgotten() {
		assertThat(messages()).extracting((message) -> (Object) message.getClass())
			.contains((Object[]) Message.class.getPermittedSubclasses());
	}

	@ParameterizedTest
	@EnumSource
	void whenCommandIsWrittenThenTheSameIsRead(Message.Command command) throws IOException {
		Message message = new Message.Request(1, command, null, null);
		assertThat(MessageCodec.read(new ByteArrayInputStream(MessageCodec.encode(message)))).isEqualTo(message);
	}

	@Test
	void whenSeveralMessagesFollowEachOtherThenEachIsReadAndThenTheEnd() throws IOException {
		InputStream in = bytes("{\"type\":\"ready\"}\n{\"type\":\"accepting\"}\n");
		assertThat(MessageCodec.read(in)).isEqualTo(new Message.Ready());
		assertThat(MessageCodec.read(in)).isEqualTo(new Message.Accepting());
		assertThat(MessageCodec.read(in)).isNull();
	}

	@Test
	void whenMessageIsOfAnotherVersionThenItsUnknownFieldsAreIgnored() throws IOException {
		assertThat(MessageCodec.read(bytes("{\"type\":\"hello\",\"slot\":1,\"serial\":2,\"colour\":\"red\"}\n")))
			.isEqualTo(new Message.Hello(1, 2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "null", "{}", "[]", "7", "\"ready\"", "{\"type\":null}", "{\"type\":\"unknown\"}",
			"{\"type\":\"io.prefork.control.Message$Ready\"}", "{\"type\":{\"type\":\"ready\"}}", "{\"type\":\"ready\"",
			"{\"type\":\"ready\"}}", "{\"type\":\"ready\"} {\"type\":\"ready\"}", "{\"type\":\"hello\"}",
			"{\"type\":\"hello\",\"slot\":0}", "{\"type\":\"hello\",\"slot\":null,\"serial\":1}",
			"{\"type\":\"hello\",\"slot\":\"x\",\"serial\":1}",
			"{\"type\":\"hello\",\"slot\":99999999999,\"serial\":1}", "{\"type\":\"leaving\"}",
			"{\"type\":\"boot-failed\",\"reason\":null}", "{\"type\":\"evidence\"}", "{\"type\":\"request\",\"id\":1}",
			"{\"type\":\"request\",\"id\":1,\"command\":\"DANCE\"}", "{\"type\":\"request\",\"id\":1,\"command\":null}",
			"{\"type\":\"drain\",\"reason\":{}}", "GET / HTTP/1.1\r", "\u0000\u0000\u0000" })
	void whenLineIsNoMessageThenThatIsSaid(String line) {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> MessageCodec.read(bytes(line + "\n")));
	}

	@Test
	void whenJsonIsDeeplyNestedThenItIsRefused() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> MessageCodec.read(bytes("[".repeat(100_000) + "\n")));
	}

	@Test
	void whenBytesAreRandomThenNothingButAnIoExceptionComesOfIt() {
		Random random = new Random(42);
		for (int i = 0; i < 1000; i++) {
			byte[] noise = new byte[1 + random.nextInt(500)];
			random.nextBytes(noise);
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> MessageCodec.read(new ByteArrayInputStream(noise)));
		}
	}

	@ParameterizedTest
	@MethodSource("halves")
	void whenMessageIsCutOffThenThatIsSaid(byte[] half) {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> MessageCodec.read(new ByteArrayInputStream(half)))
			.withMessageContaining("cut off after " + half.length + " bytes");
	}

	private static Stream<byte[]> halves() {
		byte[] line = MessageCodec.encode(new Message.Hello(1, 2));
		return Stream.of(1, line.length / 2, line.length - 1).map((length) -> Arrays.copyOf(line, length));
	}

	@Test
	void whenLineDoesNotEndThenReadingStopsAtTheBound() {
		InputStream endless = new InputStream() {

			@Override
			public int read() {
				return '{';
			}

		};
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> MessageCodec.read(endless))
			.withMessageContaining("longer than " + MessageCodec.MAXIMUM_LINE);
	}

	@Test
	void whenMessageIsLongerThanAPeerWouldReadThenItIsNotWritten() throws IOException {
		int frame = MessageCodec.encode(new Message.Evidence("")).length - 1;
		Message longest = new Message.Evidence("x".repeat(MessageCodec.MAXIMUM_LINE - frame));
		assertThat(MessageCodec.read(new ByteArrayInputStream(MessageCodec.encode(longest)))).isEqualTo(longest);
		assertThatIllegalArgumentException().isThrownBy(
				() -> MessageCodec.encode(new Message.Evidence("x".repeat(MessageCodec.MAXIMUM_LINE - frame + 1))));
	}

	private static InputStream bytes(String text) {
		return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
	}

}
