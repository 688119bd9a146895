package io.prefork.spring.launch;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * Why an application failed to start, in a few readable lines for the master: what Boot's
 * failure analyzers make of it, or else the root cause.
 */
final class FailureDescription {

	/**
	 * In characters: it goes into a control message and a log line.
	 */
	private static final int LONGEST = 8 * 1024;

	private FailureDescription() {
	}

	static String of(Throwable exception, @Nullable ConfigurableApplicationContext context) {
		String description = analyzers(context).stream()
			.map((analyzer) -> analyze(analyzer, exception))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseGet(() -> rootCause(exception));
		return (description.length() > LONGEST) ? description.substring(0, LONGEST) + "\n(cut off)" : description;
	}

	private static List<FailureAnalyzer> analyzers(@Nullable ConfigurableApplicationContext context) {
		ArgumentResolver arguments = (context != null)
				? ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
					.and(Environment.class, context.getEnvironment())
				: ArgumentResolver.none();
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, arguments, FailureHandler.handleMessage((message, failure) -> {
			}));
	}

	private static @Nullable String analyze(FailureAnalyzer analyzer, Throwable exception) {
		try {
			FailureAnalysis analysis = analyzer.analyze(exception);
			return (analysis != null) ? analysis.getDescription().strip() : null;
		}
		catch (RuntimeException | LinkageError ex) {
			// As Boot does: an analyzer that cannot work here is passed over.
			return null;
		}
	}

	private static String rootCause(Throwable exception) {
		Throwable root = exception;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return (root == exception) ? exception.toString() : exception.getClass().getSimpleName() + " caused by " + root;
	}

}
