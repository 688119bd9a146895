package io.prefork.spring.tomcat;

import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/2 whose streams know their connection: they run on threads of their own, where
 * nothing but the adapter tells which connection they belong to.
 */
final class ObservedUpgradeProtocol implements UpgradeProtocol {

	private final UpgradeProtocol delegate;

	private final PreforkEndpoint endpoint;

	ObservedUpgradeProtocol(UpgradeProtocol delegate, PreforkEndpoint endpoint) {
		this.delegate = delegate;
		this.endpoint = endpoint;
	}

	@Override
	public String getHttpUpgradeName(boolean sslEnabled) {
		return this.delegate.getHttpUpgradeName(sslEnabled);
	}

	@Override
	public byte[] getAlpnIdentifier() {
		return this.delegate.getAlpnIdentifier();
	}

	@Override
	public String getAlpnName() {
		return this.delegate.getAlpnName();
	}

	@Override
	public Processor getProcessor(SocketWrapperBase<?> socket, Adapter adapter) {
		return this.delegate.getProcessor(socket, observe(socket, adapter));
	}

	@Override
	public InternalHttpUpgradeHandler getInternalUpgradeHandler(SocketWrapperBase<?> socket, Adapter adapter,
			Request request) {
		return this.delegate.getInternalUpgradeHandler(socket, observe(socket, adapter), request);
	}

	private Adapter observe(SocketWrapperBase<?> socket, Adapter adapter) {
		TomcatConnection connection = this.endpoint.connectionOf(socket);
		return (adapter instanceof RequestObserver observer && connection != null) ? observer.forStreamsOf(connection,
				() -> goAway(socket), (request) -> StreamReset.reset(socket, request)) : adapter;
	}

	/**
	 * Streams that begin before the client knows are served.
	 */
	private static void goAway(SocketWrapperBase<?> socket) {
		if (socket.getCurrentProcessor() instanceof Processor processor && processor.isUpgrade()) {
			processor.pause();
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A worker that leaves goes on in HTTP/1.1, where the answer says so.
	 */
	@Override
	public boolean accept(Request request) {
		return !this.endpoint.isClosing() && this.delegate.accept(request);
	}

	@Override
	public void setHttp11Protocol(AbstractHttp11Protocol<?> protocol) {
		this.delegate.setHttp11Protocol(protocol);
	}

}
