package io.prefork.spring;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;

import io.prefork.os.Listener;
import io.prefork.os.Scheme;
import io.prefork.worker.WorkerSpec.InheritedListener;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * A listening socket of which each server, and each sibling that a test plays, has its
 * own copy, as processes of a pool have.
 */
public final class TestListener implements AutoCloseable {

	private static final POSIX posix = POSIXFactory.getNativePOSIX();

	private final ServerSocketChannel channel;

	private final ProtocolFamily family;

	private Scheme scheme;

	private TestListener(ServerSocketChannel channel, ProtocolFamily family, Scheme scheme) {
		this.channel = channel;
		this.family = family;
		this.scheme = scheme;
	}

	public static TestListener tcp() {
		return tcp(Scheme.UNSAID);
	}

	public static TestListener tcp(Scheme scheme) {
		try {
			ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
			channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
			return new TestListener(channel, StandardProtocolFamily.INET, scheme);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static TestListener unix(Path path) {
		try {
			ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
			channel.bind(UnixDomainSocketAddress.of(path), 128);
			return new TestListener(channel, StandardProtocolFamily.UNIX, Scheme.UNSAID);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Has the address say what clients speak.
	 */
	public TestListener speaking(Scheme scheme) {
		this.scheme = scheme;
		return this;
	}

	public SocketAddress address() {
		try {
			return this.channel.getLocalAddress();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return ((InetSocketAddress) address()).getPort();
	}

	public InheritedListener inherited() {
		return (address() instanceof UnixDomainSocketAddress unix)
				? new InheritedListener(descriptor(), Listener.Family.UNIX, "unix:" + unix.getPath(), 128, this.scheme)
				: new InheritedListener(descriptor(), Listener.Family.INET, "127.0.0.1:" + port(), 128, this.scheme);
	}

	/**
	 * Makes a copy, which is closed on its own.
	 */
	public ServerSocketChannel copy() {
		return copy(inherited());
	}

	/**
	 * Makes a copy of a listener by its descriptor, as a worker adopts what it inherits.
	 */
	public static ServerSocketChannel copy(InheritedListener listener) {
		try {
			ProtocolFamily family = (listener.family() == Listener.Family.UNIX) ? StandardProtocolFamily.UNIX
					: StandardProtocolFamily.INET;
			Constructor<FileDescriptor> descriptor = FileDescriptor.class.getDeclaredConstructor(int.class);
			descriptor.setAccessible(true);
			Constructor<?> constructor = Class.forName("sun.nio.ch.ServerSocketChannelImpl")
				.getDeclaredConstructor(SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class,
						boolean.class);
			constructor.setAccessible(true);
			return (ServerSocketChannel) constructor.newInstance(SelectorProvider.provider(), family,
					descriptor.newInstance(posix.dup(listener.descriptor())), true);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private int descriptor() {
		try {
			Field field = this.channel.getClass().getDeclaredField("fdVal");
			field.setAccessible(true);
			return field.getInt(this.channel);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Whether a connection waits that nobody has accepted. Takes it.
	 */
	public boolean takeQueued() {
		// O_NONBLOCK is a property of the shared socket, so it must not stay.
		try {
			this.channel.configureBlocking(false);
			try (SocketChannel queued = this.channel.accept()) {
				return queued != null;
			}
			finally {
				this.channel.configureBlocking(true);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public ProtocolFamily family() {
		return this.family;
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
