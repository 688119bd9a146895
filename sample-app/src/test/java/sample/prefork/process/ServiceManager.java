package sample.prefork.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What systemd has for a service to tell it how it is: a datagram socket, which the JDK
 * has not.
 */
final class ServiceManager implements AutoCloseable {

	private static final int AF_UNIX = 1;

	private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;

	private static final int MSG_DONTWAIT = 0x40;

	private static final int LARGEST = 4096;

	private final LibC libc = LibraryLoader.create(LibC.class).load("c");

	private final Path path;

	private final int descriptor;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final Thread reader = new Thread(this::read, "service-manager");

	private volatile boolean closed;

	ServiceManager(Path path) {
		this.path = path;
		byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
		byte[] address = ByteBuffer.allocate(2 + name.length + 1)
			.order(ByteOrder.nativeOrder())
			.putShort((short) AF_UNIX)
			.put(name)
			.array();
		this.descriptor = this.libc.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
		assertThat(this.libc.bind(this.descriptor, address, address.length)).as("bind to %s", path).isZero();
		this.reader.start();
	}

	Path path() {
		return this.path;
	}

	/**
	 * All that was told so far.
	 * @return the lines of all messages
	 */
	List<String> lines() {
		return List.copyOf(this.lines);
	}

	/**
	 * The phases that were told so far.
	 * @return what concerns readiness, reloads and the end
	 */
	List<String> phases() {
		return this.lines.stream().filter((line) -> line.matches("(READY|RELOADING|STOPPING)=1")).toList();
	}

	private void read() {
		byte[] buffer = new byte[LARGEST];
		while (!this.closed) {
			long size = this.libc.recv(this.descriptor, buffer, buffer.length, MSG_DONTWAIT);
			if (size < 0) {
				LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
			}
			else {
				new String(buffer, 0, (int) size, StandardCharsets.UTF_8).lines().forEach(this.lines::add);
			}
		}
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.reader.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		this.libc.close(this.descriptor);
	}

	/**
	 * Public because jnr-ffi implements it from another class loader.
	 */
	public interface LibC {

		int socket(int domain, int type, int protocol);

		int bind(int descriptor, @In byte[] address, int length);

		@ssize_t
		long recv(int descriptor, @Out byte[] buffer, @size_t long size, int flags);

		int close(int descriptor);

	}

}
