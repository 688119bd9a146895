package io.prefork.spring.actuate;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DatabindException;

import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpMethod;

/**
 * What is wrong with a request to the endpoint {@code prefork} that the web framework
 * refused before the endpoint saw it, told as the endpoint itself would.
 *
 * @param status the HTTP status
 * @param sentence what is wrong and what would be right
 */
record RequestProblem(int status, String sentence) {

	static RequestProblem notJson() {
		return new RequestProblem(415, "Commands are JSON; send them with \"Content-Type: application/json\".");
	}

	/**
	 * The problem with a method that there is no operation for. Where nothing but reading
	 * is left, that is because commands have not been allowed.
	 * @param method the method that was tried
	 * @param allowed the methods that there are operations for
	 * @return the problem
	 */
	static RequestProblem notAllowed(String method, Set<HttpMethod> allowed) {
		String hint = allowed.equals(Set.of(HttpMethod.GET))
				? "; commands want \"management.endpoint.prefork.access=unrestricted\"" : "";
		return new RequestProblem(405, method + " is not allowed here" + hint + ".");
	}

	/**
	 * The problem with a body that could not be read.
	 * @param failure what the framework threw
	 * @return the problem, naming the field or the place where that is known
	 */
	static RequestProblem unreadable(Throwable failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		if (cause instanceof DatabindException mismatch) {
			return new RequestProblem(400, mismatch(mismatch));
		}
		if (cause instanceof JacksonException malformed) {
			return new RequestProblem(400, "The body is not well-formed JSON" + place(malformed.getLocation()) + ".");
		}
		return new RequestProblem(400, "The body could not be read as JSON.");
	}

	/**
	 * Whether a request is meant for the endpoint.
	 * @param path its path within the application
	 * @param endpoints the endpoints there are
	 * @return whether it is
	 */
	static boolean concerns(String path, PathMappedEndpoints endpoints) {
		String root = endpoints.getPath(PreforkEndpoint.ID);
		return root != null && (path.equals(root) || path.startsWith(root + "/"));
	}

	private static String mismatch(DatabindException mismatch) {
		List<JacksonException.Reference> path = mismatch.getPath();
		String name = path.isEmpty() ? null : path.get(0).getPropertyName();
		if (name == null) {
			return "The body must be one JSON object such as {\"workers\":4}.";
		}
		Optional<CommandField> field = CommandField.named(name);
		return field.map(CommandField::rule).orElseGet(() -> "Unknown field \"" + name + "\".");
	}

	private static String place(@Nullable TokenStreamLocation location) {
		return (location != null && location.getLineNr() > 0)
				? " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")" : "";
	}

}
