package io.prefork.spring.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Answers with a sentence where Spring MVC refuses a request to the endpoint
 * {@code prefork} by itself. Concerns no other path.
 */
class RequestProblemExceptionResolver implements HandlerExceptionResolver, Ordered {

	private final PathMappedEndpoints endpoints;

	RequestProblemExceptionResolver(PathMappedEndpoints endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		RequestProblem problem = problem(ex);
		if (problem == null || response.isCommitted() || !ServletRequestPathUtils.hasParsedRequestPath(request)
				|| !RequestProblem.concerns(
						ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication().value(),
						this.endpoints)) {
			return null;
		}
		if (ex instanceof ErrorResponse standard) {
			standard.getHeaders().forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
		}
		write(problem, response);
		return new ModelAndView();
	}

	private @Nullable RequestProblem problem(Exception ex) {
		if (ex instanceof HttpMessageNotReadableException) {
			return RequestProblem.unreadable(ex);
		}
		if (ex instanceof HttpRequestMethodNotSupportedException method) {
			Set<HttpMethod> allowed = method.getSupportedHttpMethods();
			return RequestProblem.notAllowed(method.getMethod(), (allowed != null) ? allowed : Set.of());
		}
		return (ex instanceof HttpMediaTypeNotSupportedException) ? RequestProblem.notJson() : null;
	}

	private void write(RequestProblem problem, HttpServletResponse response) {
		response.setStatus(problem.status());
		response.setContentType(MediaType.APPLICATION_JSON_VALUE);
		try {
			response.getOutputStream().write(ResponseJson.errorBytes(problem.sentence()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
