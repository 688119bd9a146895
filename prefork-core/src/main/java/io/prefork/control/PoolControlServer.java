package io.prefork.control;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * Answers requests that arrive over control links by asking a {@link PoolControl}.
 */
public final class PoolControlServer {

	private final PoolControl pool;

	private final Executor executor;

	/**
	 * Makes a server.
	 * @param pool whom to ask
	 * @param executor where to ask, since that may block
	 */
	public PoolControlServer(PoolControl pool, Executor executor) {
		this.pool = pool;
		this.executor = executor;
	}

	/**
	 * Answers a request, soon.
	 * @param connection where the answer goes
	 * @param request the request
	 */
	public void answer(ControlConnection connection, Message.Request request) {
		try {
			this.executor.execute(() -> send(connection, respond(request)));
		}
		catch (RejectedExecutionException ex) {
			// The master is ending: the peer is told by the end of the link.
			connection.close();
		}
	}

	private static void send(ControlConnection connection, Message.Response response) {
		try {
			connection.send(response);
		}
		catch (IllegalArgumentException ex) {
			connection.send(new Message.Response(response.id(), null, "The answer is too long", false));
		}
	}

	private Message.Response respond(Message.Request request) {
		try {
			Object document = carryOut(request);
			return new Message.Response(request.id(), (document != null) ? MessageCodec.toTree(document) : null, null,
					false);
		}
		catch (CommandRefusedException ex) {
			return new Message.Response(request.id(), null, String.valueOf(ex.getMessage()), ex.isInvalid());
		}
		catch (RuntimeException | Error ex) {
			// An error too: that a class is missing since the jar was overwritten, say.
			// Who
			// asks waits without a limit for some answers.
			return new Message.Response(request.id(), null, "The master failed: " + ex, false);
		}
	}

	private @Nullable Object carryOut(Message.Request request) {
		return switch (request.command()) {
			case POOL -> this.pool.pool();
			case WORKER -> this.pool.worker(worker(request)).orElse(null);
			case OBITUARIES -> this.pool.obituaries();
			case SCALE_TO -> this.pool.scaleTo(number(request));
			case SCALE_BY -> this.pool.scaleBy(number(request));
			case SCALE_AUTO -> this.pool.scaleAuto();
			case RELOAD -> this.pool.reload(false);
			case RELOAD_AND_WAIT -> this.pool.reload(true);
			case ROLLBACK -> this.pool.rollback(false);
			case ROLLBACK_AND_WAIT -> this.pool.rollback(true);
			case UPGRADE -> this.pool.upgrade();
			case REPLACE -> this.pool.replace(worker(request));
		};
	}

	private static String worker(Message.Request request) {
		if (request.worker() == null) {
			throw new CommandRefusedException(true, "'worker' is missing");
		}
		return request.worker();
	}

	private static int number(Message.Request request) {
		if (request.number() == null) {
			throw new CommandRefusedException(true, "'number' is missing");
		}
		return request.number();
	}

}
