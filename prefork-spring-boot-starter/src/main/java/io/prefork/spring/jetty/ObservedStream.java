package io.prefork.spring.jetty;

import java.nio.ByteBuffer;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/**
 * Where Jetty sends the answer to a request. Sees it end, and decides when its head is
 * committed whether its connection closes. Jetty would decide so for a connector that is
 * shut down, but closes connections without an announcement if their answers were
 * committed before.
 */
final class ObservedStream extends HttpStream.Wrapper {

	private static final HttpField CLOSE = new HttpField(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);

	private static final HttpField CHUNKED = new HttpField(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED);

	private final WorkerServer server;

	private final Exchange exchange;

	private volatile int status;

	ObservedStream(HttpStream stream, WorkerServer server, Exchange exchange) {
		super(stream);
		this.server = server;
		this.exchange = exchange;
	}

	@Override
	@SuppressWarnings("NullAway") // Jetty passes null for an answer that is under way
	public void send(MetaData.Request request, MetaData.Response response, boolean last, ByteBuffer content,
			Callback callback) {
		MetaData.Response sent = response;
		if (response != null) {
			this.status = response.getStatus();
			if (!HttpStatus.isInformational(this.status) && isClosable(response)
					&& this.server.isClosingAfterAnswer()) {
				sent = closing(response, last);
			}
		}
		super.send(request, sent, last, content, callback);
	}

	private boolean isClosable(MetaData.Response response) {
		HttpVersion version = response.getHttpVersion();
		return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
	}

	/**
	 * An answer of unknown length is still sent in chunks: the client could not tell its
	 * end from a broken connection.
	 */
	private MetaData.Response closing(MetaData.Response response, boolean last) {
		HttpFields.Mutable fields = HttpFields.build(response.getHttpFields()).put(CLOSE);
		if (!last && response.getContentLength() < 0 && !fields.contains(HttpHeader.CONTENT_LENGTH)
				&& !fields.contains(HttpHeader.TRANSFER_ENCODING)) {
			fields.put(CHUNKED);
		}
		return new MetaData.Response(response.getStatus(), response.getReason(), response.getHttpVersion(), fields,
				response.getContentLength(), response.getTrailersSupplier());
	}

	@Override
	public void succeeded() {
		this.exchange.end(this.status);
		super.succeeded();
	}

	@Override
	public void failed(Throwable failure) {
		this.exchange.end(this.status);
		super.failed(failure);
	}

}
