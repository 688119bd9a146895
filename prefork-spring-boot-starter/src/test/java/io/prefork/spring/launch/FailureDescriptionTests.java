package io.prefork.spring.launch;

import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class FailureDescriptionTests {

	@Test
	void whenBootHasAnAnalysisThenThatIsTheDescription() {
		assertThat(FailureDescription.of(new IllegalStateException(new PortInUseException(8080)), null))
			.isEqualTo("Web server failed to start. Port 8080 was already in use.");
	}

	@Test
	void whenTheFailureIsOursThenItsSentenceIsTheDescription() {
		Exception failure = new BeanCreationException("bean",
				new InvalidSettingException("prefork.umask", "x", "which is no mask", "Set it."));
		assertThat(FailureDescription.of(failure, null)).isEqualTo("'prefork.umask' is set to 'x', which is no mask.");
	}

	@Test
	void whenAnalyzersWantTheContextThenTheyGetIt() {
		try (ConfigurableApplicationContext context = new GenericApplicationContext()) {
			context.refresh();
			Exception failure = org.assertj.core.api.Assertions
				.catchException(() -> context.getBean("dataSource", Runnable.class));
			assertThat(FailureDescription.of(failure, context)).isNotBlank();
		}
	}

	@Test
	void whenNobodyKnowsTheFailureThenItsRootCauseIsTold() {
		Exception root = new IllegalArgumentException("no such table: orders");
		assertThat(FailureDescription.of(root, null)).isEqualTo(root.toString());
		assertThat(FailureDescription.of(new RuntimeException("a", new IllegalStateException("b", root)), null))
			.isEqualTo("RuntimeException caused by java.lang.IllegalArgumentException: no such table: orders");
	}

	@Test
	void whenTheDescriptionIsLongThenItIsCutOff() {
		assertThat(FailureDescription.of(new IllegalStateException("x".repeat(1_000_000)), null))
			.hasSizeLessThan(9 * 1024)
			.endsWith("\n(cut off)");
	}

}
