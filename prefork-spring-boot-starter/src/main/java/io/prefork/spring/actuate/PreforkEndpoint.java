package io.prefork.spring.actuate;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.PoolControl;
import io.prefork.control.ReloadDocument;
import io.prefork.control.UpgradeDocument;
import io.prefork.control.WorkerDocument;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * The actuator endpoint {@code prefork}: shows the pool and commands it. Reading is
 * allowed by default; commands want {@code management.endpoint.prefork.access} to be
 * {@code unrestricted}.
 * <p>
 * Every answer but 204 is a JSON object; an error is {@code {"error": "<a sentence>"}}.
 * Statuses besides 200: 202 a reload, rollback or upgrade was started, 204 a worker is
 * being replaced, 400 the command can never succeed as given, 404 no such worker or
 * action or this process is not part of a pool, 409 it failed and the old generation goes
 * on, 503 the pool is in no state to obey or the master does not answer. Nothing was
 * changed by a command that was answered with 400, 404 or 503, except that a master which
 * does not answer may have obeyed before it fell silent.
 *
 * @see PoolControl
 */
@WebEndpoint(id = "prefork", defaultAccess = Access.READ_ONLY)
public class PreforkEndpoint {

	static final EndpointId ID = EndpointId.of("prefork");

	private static final String OBITUARIES = "obituaries";

	private static final Log logger = LogFactory.getLog(PreforkEndpoint.class);

	private final ObjectProvider<PoolControl> control;

	/**
	 * Makes the endpoint.
	 * @param control the pool, asked for at every call; unavailable in a process that is
	 * not part of one
	 */
	public PreforkEndpoint(ObjectProvider<PoolControl> control) {
		this.control = control;
	}

	/**
	 * The pool as it is now.
	 * @return the pool
	 */
	@ReadOperation
	public WebEndpointResponse<Map<String, Object>> pool() {
		return answer((control) -> document(200, control.pool()));
	}

	/**
	 * One worker in full, alive or gone, or the last exits in brief.
	 * @param worker its slot or its pid, decimal, or {@code obituaries}
	 * @return the worker with the obituaries of its slot, or the list
	 */
	@ReadOperation
	public WebEndpointResponse<Map<String, Object>> worker(@Selector String worker) {
		return answer((control) -> {
			if (worker.equals(OBITUARIES)) {
				return document(200, control.obituaries());
			}
			Optional<WorkerDocument> document = isNumber(worker) ? control.worker(worker) : Optional.empty();
			return document.map((found) -> document(200, found)).orElseGet(() -> noSuchWorker(worker));
		});
	}

	/**
	 * Sets the target, or gives it back to the load.
	 * @param workers how many workers there should be, or {@code auto}, raw
	 * @return the target before and now
	 */
	@WriteOperation
	public WebEndpointResponse<Map<String, Object>> scale(@Nullable Object workers) {
		return answer((control) -> document(200, CommandField.isAuto(workers) ? control.scaleAuto()
				: control.scaleTo(CommandField.WORKERS.required(workers))));
	}

	/**
	 * Changes the target by a difference, reloads, rolls back, or upgrades the master.
	 * @param action {@code up}, {@code down}, {@code reload}, {@code rollback} or
	 * {@code upgrade}
	 * @param by the difference, raw, 1 if {@code null}
	 * @param wait whether to wait for the verdict of a reload or rollback, raw, no if
	 * {@code null}
	 * @return the target before and now, or how the rollout or the trial run went
	 */
	@WriteOperation
	public WebEndpointResponse<Map<String, Object>> command(@Selector String action, @Nullable Object by,
			@Nullable Object wait) {
		return answer((control) -> switch (action) {
			case "up" -> scaleBy(control, action, 1, by, wait);
			case "down" -> scaleBy(control, action, -1, by, wait);
			case "reload" -> {
				CommandField.BY.rejectIn(action, by);
				yield reloaded(control.reload(CommandField.WAIT.flag(wait)));
			}
			case "rollback" -> {
				CommandField.BY.rejectIn(action, by);
				yield reloaded(control.rollback(CommandField.WAIT.flag(wait)));
			}
			case "upgrade" -> {
				CommandField.BY.rejectIn(action, by);
				CommandField.WAIT.rejectIn(action, wait);
				yield upgraded(control.upgrade());
			}
			default -> error(404, "There is no action \"" + action
					+ "\"; the actions are \"up\", \"down\", \"reload\", \"rollback\" and \"upgrade\".");
		});
	}

	/**
	 * Replaces a worker, then drains it.
	 * @param worker its slot or its pid, decimal
	 * @return 204
	 */
	@DeleteOperation
	public WebEndpointResponse<Map<String, Object>> replace(@Selector String worker) {
		return answer((control) -> (isNumber(worker) && control.replace(worker)) ? new WebEndpointResponse<>(204)
				: noSuchWorker(worker));
	}

	private WebEndpointResponse<Map<String, Object>> scaleBy(PoolControl control, String action, int sign,
			@Nullable Object by, @Nullable Object wait) {
		CommandField.WAIT.rejectIn(action, wait);
		return document(200, control.scaleBy(sign * CommandField.BY.orElse(by, 1)));
	}

	private WebEndpointResponse<Map<String, Object>> reloaded(ReloadDocument document) {
		int status = switch (document.status()) {
			case STARTED -> 202;
			case RELOADED -> 200;
			case FAILED -> 409;
		};
		return document(status, document);
	}

	private WebEndpointResponse<Map<String, Object>> upgraded(UpgradeDocument document) {
		int status = switch (document.status()) {
			case STARTED -> 202;
			case FAILED -> 409;
		};
		return document(status, document);
	}

	private WebEndpointResponse<Map<String, Object>> answer(
			Function<PoolControl, WebEndpointResponse<Map<String, Object>>> call) {
		PoolControl control = this.control.getIfAvailable();
		if (control == null) {
			return error(404, "This process is not part of a pool.");
		}
		try {
			return call.apply(control);
		}
		catch (CommandRefusedException ex) {
			return error(ex.isInvalid() ? 400 : 503, reason(ex));
		}
		catch (RuntimeException ex) {
			logger.debug("The pool could not be asked", ex);
			return error(503, "The master could not be asked: " + reason(ex));
		}
	}

	private static boolean isNumber(String worker) {
		return worker.matches("[0-9]{1,10}");
	}

	private static String reason(RuntimeException ex) {
		String message = ex.getMessage();
		return (message != null) ? message : ex.toString();
	}

	private static WebEndpointResponse<Map<String, Object>> noSuchWorker(String worker) {
		return error(404, "There is no worker \"" + worker + "\"; name it by its slot or its pid.");
	}

	private static WebEndpointResponse<Map<String, Object>> document(int status, Object document) {
		return new WebEndpointResponse<>(ResponseJson.of(document), status);
	}

	private static WebEndpointResponse<Map<String, Object>> error(int status, String sentence) {
		return new WebEndpointResponse<>(ResponseJson.error(sentence), status);
	}

}
