package io.prefork.spring.launch;

import java.util.List;
import java.util.Map;

import io.prefork.os.BindAddress;
import io.prefork.os.Scheme;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class BindAddressesTests {

	private static final Map<String, String> ACTIVATED = Map.of("LISTEN_PID",
			Long.toString(ProcessHandle.current().pid()), "LISTEN_FDS", "2");

	@Test
	void whenNothingIsSetThenItIsThePortOfEveryApplication() {
		assertThat(addresses(List.of(), Map.of())).containsExactly(new BindAddress.Tcp("", 8080));
	}

	@Test
	void whenServerIsSetThenItsAddressAndPortAreTaken() {
		assertThat(addresses(List.of(), Map.of(), "server.address=127.0.0.1", "server.port=0"))
			.containsExactly(new BindAddress.Tcp("127.0.0.1", 0));
	}

	@Test
	void whenSystemdHandsSocketsOverThenTheyAreTaken() {
		assertThat(addresses(List.of(), ACTIVATED, "server.port=80")).containsExactly(new BindAddress.Descriptor(3),
				new BindAddress.Descriptor(4));
	}

	@Test
	void whenAddressesAreSetThenNothingElseCounts() {
		assertThat(addresses(List.of(":80", "unix:/run/app.sock", "[::1]:81", "fd://7"), ACTIVATED, "server.port=82"))
			.extracting(Object::toString)
			.containsExactly(":80", "unix:/run/app.sock", "[::1]:81", "fd://7");
	}

	@Test
	void whenSocketThatWasHandedOverIsNotServedThenThatIsSaid(CapturedOutput output) {
		addresses(List.of("fd://4", "fd://3"), ACTIVATED);
		assertThat(output).doesNotContain("WARN");
		addresses(List.of("fd://4", ":80"), ACTIVATED);
		assertThat(output).contains("Nobody will answer at [fd://3], which systemd passed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "80", "localhost", "localhost:http", ":70000", ":-1", "fd://0", "fd://x", "unix:",
			"ftp://localhost:80", "::1:80" })
	void whenAddressIsNoneThenSettingValueAndFormsAreNamed(String text) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> addresses(List.of(":80", text), Map.of()))
			.withMessageStartingWith("'prefork.bind' is set to '" + text + "', which is no address: ")
			.satisfies((ex) -> assertThat(ex.getRemedy())
				.isEqualTo("Use HOST:PORT, :PORT, [IPV6]:PORT, unix:PATH or fd://N;"
						+ " tcp://, http:// or https:// may stand before a host."));
	}

	@Test
	void whenTlsIsConfiguredThenAddressMaySayWhetherItHasIt() {
		List<String> bind = List.of("http://:80", "https://127.0.0.1:443", ":81");
		assertThat(addresses(bind, Map.of(), "server.ssl.bundle=web")).extracting(BindAddress::scheme)
			.containsExactly(Scheme.HTTP, Scheme.HTTPS, Scheme.UNSAID);
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.port=1", "server.ssl.enabled=false" })
	void whenAddressNeedsTlsThatIsNotConfiguredThenSettingAndRemedyAreNamed(String setting) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> addresses(List.of("http://:80", "https://:443"), Map.of(), setting))
			.withMessage(
					"'prefork.bind' is set to 'https://:443', which needs TLS, but 'server.ssl' is not configured.")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("'server.ssl.bundle'"));
	}

	@Test
	void whenPortIsOutOfRangeThenSettingValueAndRangeAreNamed() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> addresses(List.of(), Map.of(), "server.port=70000"))
			.withMessageStartingWith("'server.port' is set to '70000', which is no port")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("0 to 65535"));
	}

	@Test
	void whenPortIsNoNumberThenBootCanAnalyzeTheFailure() {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> addresses(List.of(), Map.of(), "server.port=http"));
	}

	private static List<BindAddress> addresses(List<String> bind, Map<String, String> processEnvironment,
			String... settings) {
		return BindAddresses.of(bind, processEnvironment, PreparedEnvironment.of(settings));
	}

}
