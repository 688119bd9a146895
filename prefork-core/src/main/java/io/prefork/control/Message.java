package io.prefork.control;

import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What master, workers and tools say to each other over the control link: one JSON object
 * a line, in UTF-8, with its kind in {@code type}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({ @JsonSubTypes.Type(value = Message.Hello.class, name = "hello"),
		@JsonSubTypes.Type(value = Message.Ready.class, name = "ready"),
		@JsonSubTypes.Type(value = Message.Accepting.class, name = "accepting"),
		@JsonSubTypes.Type(value = Message.Deadlocked.class, name = "deadlocked"),
		@JsonSubTypes.Type(value = Message.Acceptor.class, name = "acceptor"),
		@JsonSubTypes.Type(value = Message.Leaving.class, name = "leaving"),
		@JsonSubTypes.Type(value = Message.ShuttingDown.class, name = "shutting-down"),
		@JsonSubTypes.Type(value = Message.BootFailed.class, name = "boot-failed"),
		@JsonSubTypes.Type(value = Message.Evidence.class, name = "evidence"),
		@JsonSubTypes.Type(value = Message.Health.class, name = "health"),
		@JsonSubTypes.Type(value = Message.Request.class, name = "request"),
		@JsonSubTypes.Type(value = Message.CheckHealth.class, name = "check-health"),
		@JsonSubTypes.Type(value = Message.OpenGate.class, name = "open-gate"),
		@JsonSubTypes.Type(value = Message.Drain.class, name = "drain"),
		@JsonSubTypes.Type(value = Message.Quit.class, name = "quit"),
		@JsonSubTypes.Type(value = Message.TakeEvidence.class, name = "take-evidence"),
		@JsonSubTypes.Type(value = Message.WorkersChanged.class, name = "workers-changed"),
		@JsonSubTypes.Type(value = Message.ReopenLogs.class, name = "reopen-logs"),
		@JsonSubTypes.Type(value = Message.HoldOn.class, name = "hold-on"),
		@JsonSubTypes.Type(value = Message.Holding.class, name = "holding"),
		@JsonSubTypes.Type(value = Message.GoOn.class, name = "go-on"),
		@JsonSubTypes.Type(value = Message.Response.class, name = "response") })
public sealed interface Message {

	/**
	 * A worker names itself; the first thing it says.
	 *
	 * @param slot its slot
	 * @param serial its serial
	 */
	record Hello(int slot, long serial) implements Message {
	}

	/**
	 * A worker's application is up, its gate closed.
	 */
	record Ready() implements Message {
	}

	/**
	 * A worker has opened its gate.
	 */
	record Accepting() implements Message {
	}

	/**
	 * Threads of a worker wait for each other.
	 *
	 * @param threads how many
	 * @param requests how many requests have such a thread, or wait for one
	 * @param text their stacks
	 */
	record Deadlocked(int threads, int requests, String text) implements Message {

		public Deadlocked {
			Objects.requireNonNull(text, "'text' is missing");
		}

	}

	/**
	 * A thread of a worker's is about to accept connections.
	 *
	 * @param thread the thread, as the kernel numbers it
	 */
	record Acceptor(int thread) implements Message {
	}

	/**
	 * A worker is leaving, unasked.
	 *
	 * @param reason why
	 */
	record Leaving(String reason) implements Message {

		public Leaving {
			Objects.requireNonNull(reason, "'reason' is missing");
		}

	}

	/**
	 * A worker's JVM is shutting down, unasked.
	 */
	record ShuttingDown() implements Message {
	}

	/**
	 * A worker's application failed to start.
	 *
	 * @param reason the failure, readable
	 */
	record BootFailed(String reason) implements Message {

		public BootFailed {
			Objects.requireNonNull(reason, "'reason' is missing");
		}

	}

	/**
	 * A worker's thread dump.
	 *
	 * @param text the dump
	 */
	record Evidence(String text) implements Message {

		public Evidence {
			Objects.requireNonNull(text, "'text' is missing");
		}

	}

	/**
	 * The health of a worker's application, asked for by {@link CheckHealth}.
	 *
	 * @param ailment what is wrong, readable, or empty if nothing is
	 */
	record Health(String ailment) implements Message {

		public Health {
			Objects.requireNonNull(ailment, "'ailment' is missing");
		}

	}

	/**
	 * A command for the pool.
	 *
	 * @param id names the request in its response
	 * @param command what to do
	 * @param worker slot or pid, where the command is about a worker
	 * @param number how many, where the command has a number
	 */
	record Request(long id, Command command, @Nullable String worker, @Nullable Integer number) implements Message {

		public Request {
			Objects.requireNonNull(command, "'command' is missing");
		}

	}

	/**
	 * The answer to a request.
	 *
	 * @param id the request's
	 * @param body the document, or {@code null} if there is none
	 * @param refusal why the command was refused, or {@code null}
	 * @param invalid whether it was refused because it can never succeed as given
	 */
	record Response(long id, @Nullable JsonNode body, @Nullable String refusal, boolean invalid) implements Message {

		public Response {
			// An absent document is read as JSON's null.
			body = (body != null && body.isNull()) ? null : body;
		}

	}

	/**
	 * A worker is to tell of the health of its application.
	 */
	record CheckHealth() implements Message {
	}

	/**
	 * A worker is to open its gate.
	 */
	record OpenGate() implements Message {
	}

	/**
	 * A worker is to take no new connection, answer what it holds, and leave.
	 *
	 * @param reason why
	 */
	record Drain(String reason) implements Message {

		public Drain {
			Objects.requireNonNull(reason, "'reason' is missing");
		}

	}

	/**
	 * A worker is to end at once, requests in flight or not.
	 */
	record Quit() implements Message {
	}

	/**
	 * A worker is to send a thread dump, because it is about to be ended.
	 *
	 * @param reason why
	 */
	record TakeEvidence(String reason) implements Message {

		public TakeEvidence {
			Objects.requireNonNull(reason, "'reason' is missing");
		}

	}

	/**
	 * The number of workers that there should be has changed.
	 *
	 * @param previous the number before
	 * @param workers the number now
	 */
	record WorkersChanged(int previous, int workers) implements Message {
	}

	/**
	 * A worker is to reopen its log files.
	 */
	record ReopenLogs() implements Message {
	}

	/**
	 * The master is about to become another program: a worker is to say no more until it
	 * is back, and to connect again when the link has ended.
	 *
	 * @param millis how long it is to try
	 */
	record HoldOn(long millis) implements Message {
	}

	/**
	 * The last that a worker says when it was told to hold on.
	 */
	record Holding() implements Message {
	}

	/**
	 * The master stays what it is: a worker may speak again.
	 */
	record GoOn() implements Message {
	}

	/**
	 * Commands for the pool, the methods of {@link PoolControl}.
	 */
	enum Command {

		POOL, WORKER, OBITUARIES, SCALE_TO, SCALE_BY, SCALE_AUTO, RELOAD, RELOAD_AND_WAIT, ROLLBACK, ROLLBACK_AND_WAIT,
		REPLACE, UPGRADE

	}

}
