package io.prefork.spring.jetty;

import java.util.List;

import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.Callback;

/**
 * HTTP/2, whose library an application need not have: a class of its own, used only with
 * a connection that speaks it.
 */
final class Http2 {

	private final HTTP2Session session;

	Http2(Connection connection) {
		this.session = ((HTTP2Connection) connection).getSession();
	}

	/**
	 * Whether anything has been sent. The first frame is SETTINGS, which Jetty sends when
	 * it has read the client's preface; clients break the connection off if it is another
	 * (RFC 9113, section 3.4).
	 */
	boolean hasBegun() {
		return this.session.getBytesWritten() > 0;
	}

	/**
	 * Tells the client to open no more streams. Those that it has opened meanwhile are
	 * served (RFC 9113, section 6.8: a first GOAWAY with the highest number). Jetty's own
	 * graceful shutdown would refuse what arrives a round trip later if there is no
	 * stream right now.
	 */
	void sayGoAway() {
		this.session.frames(null, List.of(GoAwayFrame.GRACEFUL), Callback.NOOP);
	}

	/**
	 * Ends a session that has been quiet: with a last GOAWAY, and when that has been sent
	 * without waiting for the client.
	 */
	void close() {
		if (!this.session.isClosed()) {
			this.session.close(ErrorCode.NO_ERROR.code, "idle", Callback.NOOP);
		}
		else {
			this.session.onIdleTimeout();
		}
	}

}
