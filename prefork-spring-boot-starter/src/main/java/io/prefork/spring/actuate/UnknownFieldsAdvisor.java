package io.prefork.spring.actuate;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Refuses commands to the endpoint {@code prefork} with fields that they do not have: a
 * mistyped {@code "worker"} must not go unnoticed. The actuator itself passes over them
 * in silence, and an operation does not see them.
 */
class UnknownFieldsAdvisor implements OperationInvokerAdvisor {

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		if (!endpointId.equals(PreforkEndpoint.ID) || operationType != OperationType.WRITE) {
			return invoker;
		}
		Set<String> names = parameters.stream()
			.map((parameter) -> parameter.getName())
			.collect(Collectors.toUnmodifiableSet());
		List<String> fields = names.stream().filter((name) -> CommandField.named(name).isPresent()).sorted().toList();
		return (context) -> {
			Set<String> unknown = new TreeSet<>(context.getArguments().keySet());
			unknown.removeAll(names);
			return unknown.isEmpty() ? invoker.invoke(context) : refusal(unknown, fields);
		};
	}

	private WebEndpointResponse<?> refusal(Set<String> unknown, List<String> fields) {
		String subject = (unknown.size() > 1) ? "Unknown fields " : "Unknown field ";
		return new WebEndpointResponse<>(
				ResponseJson.error(subject + quoted(unknown) + "; known here: " + quoted(fields) + "."), 400);
	}

	private static String quoted(Iterable<String> names) {
		return '"' + String.join("\", \"", names) + '"';
	}

}
