package io.prefork.os;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The address of a socket in the kernel's form ({@code struct sockaddr} of ip(7), ipv6(7)
 * and unix(7)): the family in the machine's byte order, the port in the network's.
 */
final class SocketName {

	/**
	 * Large enough for every family ({@code struct sockaddr_storage}).
	 */
	static final int MAXIMUM_SIZE = 128;

	private static final int PATH_OFFSET = 2;

	/**
	 * What the JDK itself encodes file names with.
	 */
	private static final Charset FILE_NAMES = Charset
		.forName(System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));

	private final byte[] bytes;

	SocketName(byte[] bytes) {
		this.bytes = bytes.clone();
	}

	static SocketName of(InetAddress address, int port) {
		boolean six = address instanceof Inet6Address;
		ByteBuffer buffer = ByteBuffer.allocate(six ? 28 : 16).order(ByteOrder.nativeOrder());
		buffer.putShort((short) (six ? Linux.AF_INET6 : Linux.AF_INET));
		buffer.put((byte) (port >> 8)).put((byte) port);
		if (address instanceof Inet6Address inet6) {
			buffer.putInt(0).put(address.getAddress()).putInt(inet6.getScopeId());
		}
		else {
			buffer.put(address.getAddress());
		}
		return new SocketName(buffer.array());
	}

	static SocketName of(Path path) {
		byte[] name = pathBytes(path);
		ByteBuffer buffer = ByteBuffer.allocate(PATH_OFFSET + name.length + 1).order(ByteOrder.nativeOrder());
		buffer.putShort((short) Linux.AF_UNIX).put(name);
		return new SocketName(buffer.array());
	}

	/**
	 * A name in the abstract namespace, which belongs to no file (unix(7)). Its length
	 * tells where it ends, and not a final zero.
	 */
	static SocketName ofAbstract(String text) {
		byte[] name = text.getBytes(FILE_NAMES);
		ByteBuffer buffer = ByteBuffer.allocate(PATH_OFFSET + 1 + name.length).order(ByteOrder.nativeOrder());
		buffer.putShort((short) Linux.AF_UNIX).put((byte) 0).put(name);
		return new SocketName(buffer.array());
	}

	static byte[] pathBytes(Path path) {
		return path.toString().getBytes(FILE_NAMES);
	}

	byte[] bytes() {
		return this.bytes.clone();
	}

	Listener.Family family() {
		int family = buffer().getShort(0);
		return switch (family) {
			case Linux.AF_INET -> Listener.Family.INET;
			case Linux.AF_INET6 -> Listener.Family.INET6;
			case Linux.AF_UNIX -> Listener.Family.UNIX;
			default -> throw new IllegalStateException("Unknown socket family " + family);
		};
	}

	OptionalInt port() {
		if (family() == Listener.Family.UNIX) {
			return OptionalInt.empty();
		}
		return OptionalInt.of((this.bytes[2] & 0xff) << 8 | this.bytes[3] & 0xff);
	}

	/**
	 * The address for people, such as {@code 0.0.0.0:8080}, {@code [::1]:8080} or
	 * {@code unix:/run/app.sock}.
	 */
	@Override
	public String toString() {
		return switch (family()) {
			case INET -> inet(Arrays.copyOfRange(this.bytes, 4, 8)).getHostAddress() + ":" + port().orElseThrow();
			case INET6 -> "[" + inet6() + "]:" + port().orElseThrow();
			case UNIX -> "unix:" + path();
		};
	}

	private String inet6() {
		byte[] address = Arrays.copyOfRange(this.bytes, 8, 24);
		int scope = buffer().getInt(24);
		return Inet6Text.of(address) + ((scope != 0) ? "%" + scope : "");
	}

	private String path() {
		if (this.bytes.length <= PATH_OFFSET) {
			return "(unnamed)";
		}
		// A leading zero marks a name in the abstract namespace (unix(7)).
		boolean named = this.bytes[PATH_OFFSET] != 0;
		int from = named ? PATH_OFFSET : PATH_OFFSET + 1;
		int to = from;
		while (to < this.bytes.length && this.bytes[to] != 0) {
			to++;
		}
		return (named ? "" : "@") + new String(this.bytes, from, to - from, FILE_NAMES);
	}

	private ByteBuffer buffer() {
		return ByteBuffer.wrap(this.bytes).order(ByteOrder.nativeOrder());
	}

	private static InetAddress inet(byte[] address) {
		try {
			return InetAddress.getByAddress(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
