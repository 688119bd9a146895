package io.prefork.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OutputTail} and {@link RecordedOutput}.
 */
class OutputTailTests {

	@TempDir
	private Path directory;

	private Path file;

	private OutputTail tail;

	@BeforeEach
	void create() throws IOException {
		this.file = this.directory.resolve("tail");
		this.tail = OutputTail.create(this.file);
	}

	@Test
	void whenLittleIsPrintedThenAllIsKept() {
		assertThat(OutputTail.read(this.file)).isEmpty();
		print("first\n");
		this.tail.write('x');
		print("\nsecond ünïcödé 𝄞");
		assertThat(OutputTail.read(this.file)).isEqualTo("first\nx\nsecond ünïcödé 𝄞");
	}

	@Test
	void whenMuchIsPrintedThenTheLastWholeLinesAreKept() {
		for (int i = 0; i < 10_000; i++) {
			print("line " + i + " ünïcödé 𝄞\n");
		}
		List<String> lines = OutputTail.read(this.file).lines().toList();
		assertThat(lines).hasSizeGreaterThan(200).last().isEqualTo("line 9999 ünïcödé 𝄞");
		assertThat(lines.get(0)).isEqualTo("line " + (10_000 - lines.size()) + " ünïcödé 𝄞");
	}

	@Test
	void whenOneWriteIsLargerThanTheRingThenItsEndIsKept() {
		print("before\n" + "𝄞".repeat(10_000) + "\nafter");
		assertThat(OutputTail.read(this.file)).isEqualTo("after");
	}

	@Test
	void whenThereIsNoWholeLineThenCharactersAreWhole() {
		for (int shift = 0; shift < 4; shift++) {
			print("x".repeat(shift) + "𝄞".repeat(5_000));
			assertThat(OutputTail.read(this.file).replace("x", "")).as("shifted by " + shift).matches("𝄞{1000,}");
		}
	}

	@Test
	void whenACharacterWasPrintedInHalvesThenTheFirstAloneIsLeftOut() {
		byte[] note = "𝄞".getBytes(StandardCharsets.UTF_8);
		print("la ");
		this.tail.write(note, 0, 3);
		assertThat(OutputTail.read(this.file)).isEqualTo("la");
		this.tail.write(note, 3, 1);
		assertThat(OutputTail.read(this.file)).isEqualTo("la 𝄞");
	}

	@Test
	void whenKilledInTheMiddleOfAWriteThenWhatWasComplete() throws IOException {
		for (int i = 0; i < 2_000; i++) {
			print("line " + i + "\n");
		}
		// Room was taken for 100 bytes, which the first word of the file tells
		ByteBuffer ring = ByteBuffer.wrap(Files.readAllBytes(this.file)).order(ByteOrder.nativeOrder());
		int at = (int) (16 + ring.getLong(0) % OutputTail.SIZE);
		ring.putLong(0, ring.getLong(0) + 100);
		ring.put(at, "half of a li".getBytes(StandardCharsets.UTF_8));
		Files.write(this.file, ring.array());
		List<String> lines = OutputTail.read(this.file).lines().toList();
		assertThat(lines).allMatch((line) -> line.matches("line \\d+")).last().isEqualTo("line 1999");
	}

	@Test
	void whenSeveralThreadsPrintThenLinesStayWhole() throws InterruptedException {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			String line = ("" + i).repeat(50) + "\n";
			Thread thread = new Thread(() -> {
				for (int j = 0; j < 20_000; j++) {
					print(line);
				}
			});
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(OutputTail.read(this.file).lines()).hasSizeGreaterThan(150)
			.allMatch((line) -> line.matches("0{50}|1{50}|2{50}|3{50}"));
	}

	@Test
	void whenTheFileIsNoRingThenThereIsNothing() throws IOException {
		assertThat(OutputTail.read(this.directory.resolve("none"))).isEmpty();
		assertThat(OutputTail.read(Files.writeString(this.directory.resolve("short"), "x"))).isEmpty();
	}

	@Test
	void whenAStreamIsRecordedThenEverythingStillGoesWhereItWent() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		PrintStream recorded = RecordedOutput.of(new PrintStream(bytes, true, StandardCharsets.UTF_8),
				"no.such.property", this.tail);
		recorded.println("one");
		recorded.print('t');
		recorded.append("wo").printf(" %d%n", 3);
		recorded.write('!');
		assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("one\ntwo 3\n!");
		assertThat(OutputTail.read(this.file)).isEqualTo("one\ntwo 3\n!");
	}

	private void print(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		this.tail.write(bytes, 0, bytes.length);
	}

}
