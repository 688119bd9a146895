package io.prefork.spring.tomcat;

import java.io.IOException;

import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tells a connection when bytes of a request's body are waited for: by a thread that
 * reads, or by a listener that is called when they have come.
 */
final class ObservedProcessor extends Http11Processor {

	private final PreforkEndpoint endpoint;

	ObservedProcessor(PreforkHttp11Protocol protocol, Adapter adapter, PreforkEndpoint endpoint) {
		super(protocol, adapter);
		this.endpoint = endpoint;
		this.request.setInputBuffer(new ObservedInput(this.request.getInputBuffer()));
	}

	private @Nullable TomcatConnection connection() {
		SocketWrapperBase<?> socket = getSocketWrapper();
		return (socket != null) ? this.endpoint.connectionOf(socket) : null;
	}

	@Override
	protected boolean isReadyForRead() {
		boolean ready = super.isReadyForRead();
		TomcatConnection connection = connection();
		if (!ready && connection != null && !isRequestBodyFullyRead()) {
			connection.waitsForBody();
		}
		return ready;
	}

	private final class ObservedInput implements InputBuffer {

		private final InputBuffer delegate;

		ObservedInput(InputBuffer delegate) {
			this.delegate = delegate;
		}

		@Override
		public int doRead(ApplicationBufferHandler handler) throws IOException {
			TomcatConnection connection = connection();
			if (connection == null) {
				return this.delegate.doRead(handler);
			}
			connection.readsBody(true);
			try {
				return this.delegate.doRead(handler);
			}
			finally {
				connection.readsBody(false);
			}
		}

		@Override
		public int available() {
			return this.delegate.available();
		}

	}

}
