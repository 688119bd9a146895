package io.prefork.spring.actuate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Answers with a sentence where Spring WebFlux refuses a request to the endpoint
 * {@code prefork} by itself. Concerns no other path.
 */
class RequestProblemWebExceptionHandler implements WebExceptionHandler, Ordered {

	private final PathMappedEndpoints endpoints;

	RequestProblemWebExceptionHandler(PathMappedEndpoints endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable ex) {
		RequestProblem problem = problem(ex);
		String path = exchange.getRequest().getPath().pathWithinApplication().value();
		if (problem == null || !RequestProblem.concerns(path, this.endpoints)) {
			return Mono.error(ex);
		}
		ServerHttpResponse response = exchange.getResponse();
		if (!response.setStatusCode(HttpStatusCode.valueOf(problem.status()))) {
			return Mono.error(ex);
		}
		if (ex instanceof ErrorResponse standard) {
			response.getHeaders().addAll(standard.getHeaders());
		}
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		byte[] body = ResponseJson.errorBytes(problem.sentence());
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	private @Nullable RequestProblem problem(Throwable ex) {
		if (ex instanceof ServerWebInputException) {
			return RequestProblem.unreadable(ex);
		}
		if (ex instanceof MethodNotAllowedException method) {
			return RequestProblem.notAllowed(method.getHttpMethod(), method.getSupportedMethods());
		}
		return (ex instanceof UnsupportedMediaTypeStatusException) ? RequestProblem.notJson() : null;
	}

}
