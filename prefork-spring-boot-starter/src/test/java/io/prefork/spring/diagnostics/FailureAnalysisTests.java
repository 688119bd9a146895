package io.prefork.spring.diagnostics;

import io.prefork.os.ListenException;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What Boot makes of our failures, found and printed by itself.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTests {

	@Test
	void whenSettingIsInvalidThenTheReportNamesItAndTheRemedyWithoutStackTrace(CapturedOutput output) {
		failWith(new InvalidSettingException("prefork.workers", 0, "which is not enough",
				"Set 'prefork.workers' to a number."));
		assertThat(output)
			.containsSubsequence("APPLICATION FAILED TO START",
					"Description:\n\n'prefork.workers' is set to '0', which is not enough.\n",
					"Action:\n\nSet 'prefork.workers' to a number.")
			.doesNotContain("\tat ");
	}

	@Test
	void whenListenerCannotBeHadThenTheReportNamesAddressAndRemedyWithoutStackTrace(CapturedOutput output) {
		failWith(new IllegalStateException("The master cannot start",
				new ListenException("0.0.0.0:80", "the address is in use", "Stop the other server.")));
		assertThat(output)
			.containsSubsequence("APPLICATION FAILED TO START",
					"Description:\n\nCannot listen on 0.0.0.0:80: the address is in use.\n",
					"Action:\n\nStop the other server.")
			.doesNotContain("\tat ");
	}

	private static void failWith(RuntimeException failure) {
		SpringApplication application = new SpringApplication(Object.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addListeners((ApplicationListener<ApplicationEnvironmentPreparedEvent>) (event) -> {
			throw failure;
		});
		assertThatException().isThrownBy(application::run);
	}

}
