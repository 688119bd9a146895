package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.prefork.pool.ExitCause;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@link Handover} on disk: JSON, with its version at the top.
 */
final class HandoverFile {

	private static final JsonMapper MAPPER = JsonMapper.builder().addMixIn(ExitCause.class, Typed.class).build();

	private HandoverFile() {
	}

	/**
	 * Writes one in one step.
	 * @param patience how long it is of use: its time, in the future, says until when
	 */
	static void write(Path file, Handover handover, Duration patience) throws IOException {
		Path writing = Files.createTempFile(file.toAbsolutePath().getParent(), ".handover", null,
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
		try {
			Files.write(writing, MAPPER.writeValueAsBytes(handover));
			Files.setLastModifiedTime(writing, FileTime.from(Instant.now().plus(patience)));
			Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE);
		}
		finally {
			Files.deleteIfExists(writing);
		}
	}

	/**
	 * Reads one.
	 * @throws IOException if there is none, or it is of another form than this code knows
	 */
	static Handover read(Path file) throws IOException {
		try {
			JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
			int version = tree.path("version").asInt(0);
			if (version != Handover.VERSION) {
				throw new IOException("the running master hands over in form " + version + ", and this one knows form "
						+ Handover.VERSION + " alone; restart it");
			}
			return MAPPER.treeToValue(tree, Handover.class);
		}
		catch (JacksonException ex) {
			throw new IOException("what the running master hands over cannot be read: " + ex.getOriginalMessage(), ex);
		}
	}

	/**
	 * The pool knows nothing of JSON.
	 */
	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
	private interface Typed {

	}

}
