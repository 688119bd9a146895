package io.prefork.spring.jetty;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Where Jetty sends the answer to a request. Sees it end, and decides when its head is
 * committed whether its connection closes. Jetty would decide so for a connector that is
 * shut down, but closes connections without an announcement if their answers were
 * committed before.
 */
final class ObservedStream extends HttpStream.Wrapper {

	private static final HttpField CLOSE = new HttpField(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);

	private static final HttpField CHUNKED = new HttpField(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED);

	private final Request request;

	private final WorkerServer server;

	private final ObservedEndPoint endPoint;

	private final Exchange exchange;

	private final AtomicReference<Answering> answering = new AtomicReference<>(Answering.NOBODY);

	private volatile int status;

	private volatile boolean eventStream;

	ObservedStream(HttpStream stream, Request request, WorkerServer server, ObservedEndPoint endPoint,
			Exchange exchange) {
		super(stream);
		this.request = request;
		this.server = server;
		this.endPoint = endPoint;
		this.exchange = exchange;
		if (!hasBody(request)) {
			endPoint.connection().requestRead();
		}
	}

	private static boolean hasBody(Request request) {
		HttpFields fields = request.getHeaders();
		return fields.getLongField(HttpHeader.CONTENT_LENGTH) > 0 || fields.contains(HttpHeader.TRANSFER_ENCODING);
	}

	@Override
	@SuppressWarnings("NullAway") // Jetty passes null for an answer that is under way
	public void send(MetaData.Request request, MetaData.Response response, boolean last, ByteBuffer content,
			Callback callback) {
		boolean head = response != null && !HttpStatus.isInformational(response.getStatus());
		if (head) {
			this.answering.compareAndSet(Answering.NOBODY, Answering.APPLICATION);
		}
		if (this.answering.get() == Answering.WORKER) {
			callback.failed(new EofException("The request is past its timeout, its client has been answered"));
			return;
		}
		MetaData.Response sent = response;
		if (response != null) {
			this.status = response.getStatus();
			this.eventStream = isEventStream(response);
			sent = head ? announceClose(response, last) : response;
		}
		super.send(request, sent, last, content, callback);
	}

	private static boolean isEventStream(MetaData.Response response) {
		String type = response.getHttpFields().get(HttpHeader.CONTENT_TYPE);
		return type != null && type.startsWith("text/event-stream");
	}

	/**
	 * Answers in the application's place, unless that has begun to answer. From then on
	 * the application cannot.
	 * @return whether the client is answered so
	 */
	boolean answerInPlaceOfApplication() {
		if (this.answering.compareAndSet(Answering.NOBODY, Answering.WORKER)) {
			this.status = HttpStatus.SERVICE_UNAVAILABLE_503;
			HttpVersion version = this.request.getConnectionMetaData().getHttpVersion();
			boolean closing = version.getVersion() < HttpVersion.HTTP_2.getVersion();
			HttpFields fields = closing ? HttpFields.build().put(CLOSE) : HttpFields.EMPTY;
			MetaData.Request head = new MetaData.Request(this.request.getMethod(), this.request.getHttpURI(), version,
					this.request.getHeaders());
			super.send(head, new MetaData.Response(this.status, null, version, fields, 0), true,
					BufferUtil.EMPTY_BUFFER, Callback.NOOP);
			if (closing) {
				this.endPoint.connection().answeredInPlaceOfApplication();
			}
		}
		return this.answering.get() == Answering.WORKER;
	}

	/**
	 * Breaks the answer off that the application has begun.
	 */
	void breakOff() {
		if (this.request.getConnectionMetaData().getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion()) {
			super.failed(new EofException("The request is past its timeout"));
		}
		else {
			this.endPoint.connection().answeredInPlaceOfApplication();
			this.endPoint.breakOff(true);
		}
	}

	boolean isAnswered() {
		return this.answering.get() == Answering.APPLICATION;
	}

	/**
	 * Whether the answer can be ended now: it has not been begun, or is a stream of
	 * events. Of any other the client would take a part for the whole.
	 */
	boolean canBeEnded() {
		return !isAnswered() || this.eventStream;
	}

	private MetaData.Response announceClose(MetaData.Response response, boolean last) {
		JettyConnection connection = this.endPoint.connection();
		if (response.getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion()) {
			if (this.server.hasHadItsStreams(connection)) {
				Protocol.of(this.endPoint).sayGoAway(connection);
			}
			return response;
		}
		return this.server.isClosingAfterAnswer(connection) ? closing(response, last) : response;
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
	public Content.@Nullable Chunk read() {
		Content.Chunk chunk = super.read();
		if (chunk != null && chunk.isLast() && !Content.Chunk.isFailure(chunk)) {
			this.endPoint.connection().requestRead();
		}
		return chunk;
	}

	@Override
	public void succeeded() {
		if (this.request.getAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE) instanceof Connection upgrade) {
			upgraded(upgrade);
		}
		else {
			this.exchange.end(this.status);
			super.succeeded();
		}
	}

	/**
	 * The request becomes a conversation in another protocol, in HTTP/2 one of several on
	 * its connection. The application is told that it begins, which can take its time: an
	 * acceptor leaves that to another thread.
	 */
	private void upgraded(Connection upgrade) {
		this.endPoint.connection().upgraded();
		upgrade.addEventListener(new Connection.Listener() {

			@Override
			public void onClosed(Connection connection) {
				ObservedStream.this.endPoint.ended();
			}

		});
		this.server.webSockets().add(upgrade);
		this.exchange.end(this.status);
		if (!this.endPoint.isServedByAcceptor() || !this.endPoint.execute(super::succeeded)) {
			super.succeeded();
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * An application that finds that it cannot answer any more has failed, but its client
	 * has an answer, which must not be followed by a reset.
	 */
	@Override
	public void failed(Throwable failure) {
		this.exchange.end(this.status);
		if (this.answering.get() == Answering.WORKER) {
			super.succeeded();
		}
		else {
			super.failed(failure);
		}
	}

	/**
	 * Who gives the answer: decided when its head is committed.
	 */
	private enum Answering {

		NOBODY, APPLICATION, WORKER

	}

}
