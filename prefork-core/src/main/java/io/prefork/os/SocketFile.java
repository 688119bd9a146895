package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The file of a unix-domain socket, as it was when looked at.
 *
 * @param path its path
 * @param key device and inode, {@code null} if there was no file
 * @param isSocket whether it was a socket
 */
record SocketFile(Path path, @Nullable Object key, boolean isSocket) {

	private static final int TYPE = 0170000;

	private static final int SOCKET = 0140000;

	static SocketFile at(Path path) {
		try {
			Map<String, Object> attributes = Files.readAttributes(path, "unix:mode,fileKey", LinkOption.NOFOLLOW_LINKS);
			boolean socket = attributes.get("mode") instanceof Integer mode && (mode & TYPE) == SOCKET;
			return new SocketFile(path, attributes.get("fileKey"), socket);
		}
		catch (IOException ex) {
			return new SocketFile(path, null, false);
		}
	}

	/**
	 * Deletes the file, unless another one has taken its place meanwhile.
	 */
	void delete() {
		if (!this.isSocket || !equals(at(this.path))) {
			return;
		}
		try {
			Files.deleteIfExists(this.path);
		}
		catch (IOException ex) {
			// Whoever listens there next finds nobody listening, and removes it.
		}
	}

}
