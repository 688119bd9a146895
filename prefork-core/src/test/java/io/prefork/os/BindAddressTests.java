package io.prefork.os;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BindAddressTests {

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', textBlock = """
			localhost:8080, localhost, 8080
			0.0.0.0:0, 0.0.0.0, 0
			:8080, "", 8080
			my-host.example.org:65535, my-host.example.org, 65535
			[::1]:80, ::1, 80
			[fe80::1%eth0]:80, fe80::1%eth0, 80
			tcp://localhost:8080, localhost, 8080
			tcp://[::]:8080, ::, 8080
			tcp://:8080, "", 8080
			""")
	void whenTextIsTcpThenHostAndPortAreRead(String text, String host, int port) {
		assertThat(BindAddress.parse(text)).isEqualTo(new BindAddress.Tcp(host, port));
	}

	@ParameterizedTest
	@CsvSource({ "http://0.0.0.0:80, HTTP", "https://[::1]:443, HTTPS", "HTTPS://:8443, HTTPS", "tcp://:80, UNSAID",
			":80, UNSAID", "unix:/run/app.sock, UNSAID", "fd://3, UNSAID" })
	void whenTextHasSchemeThenItIsRead(String text, Scheme scheme) {
		assertThat(BindAddress.parse(text).scheme()).isEqualTo(scheme);
	}

	@ParameterizedTest
	@CsvSource({ "unix:/run/app.sock, /run/app.sock", "unix:app.sock, app.sock", "unix:///run/app.sock, /run/app.sock",
			"unix:../run/a:b.sock, ../run/a:b.sock" })
	void whenTextIsUnixThenPathIsRead(String text, String path) {
		assertThat(BindAddress.parse(text)).isEqualTo(new BindAddress.Unix(Path.of(path)));
	}

	@Test
	void whenTextIsDescriptorThenNumberIsRead() {
		assertThat(BindAddress.parse("fd://3")).isEqualTo(new BindAddress.Descriptor(3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:8080", ":8080", "[::1]:80", "unix:/run/app.sock", "unix:app.sock", "fd://3",
			"http://localhost:80", "https://[::1]:443" })
	void whenAddressIsWrittenThenItIsReadBack(String text) {
		assertThat(BindAddress.parse(text)).hasToString(text);
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', textBlock = """
			"", the port is missing
			8080, the port is missing
			localhost, the port is missing
			localhost:, the port is missing
			[::1], the port is missing
			localhost:http, 'http' is no port
			localhost:-1, '-1' is no port
			localhost:65536, "the port must be 0 to 65535, and is 65536"
			localhost:99999999999, '99999999999' is no port
			::1:8080, an IPv6 address needs brackets
			[localhost]:8080, 'localhost' is no IPv6 address
			[::g]:8080, '::g' is no IPv6 address
			a b:8080, 'a b' is no host
			/run/app.sock:1, '/run/app.sock' is no host
			ftp://localhost:8080, 'ftp://' is no known form
			https://http://localhost:80, 'http://' is no known form
			https://localhost, the port is missing
			http://localhost:80/, '80/' is no port
			unix:, the path of the socket is missing
			unix://run/app.sock, one slash begins an absolute path
			fd://, the descriptor is missing
			fd://x, 'x' is no descriptor
			fd://2, the descriptor must be 3 or more
			""")
	void whenTextIsWrongThenErrorNamesTextReasonAndForms(String text, String reason) {
		assertThatIllegalArgumentException().isThrownBy(() -> BindAddress.parse(text))
			.withMessageContaining("'" + text + "'")
			.withMessageContaining(reason)
			.withMessageContaining("HOST:PORT, :PORT, [IPV6]:PORT, tcp://, http:// or https:// before one of these, "
					+ "unix:PATH or fd://N");
	}

	@Test
	void whenPathIsTooLongForTheKernelThenErrorSaysSo() {
		assertThat(BindAddress.parse("unix:" + "a".repeat(107))).isInstanceOf(BindAddress.Unix.class);
		assertThatIllegalArgumentException().isThrownBy(() -> BindAddress.parse("unix:" + "a".repeat(108)))
			.withMessageContaining("must not be longer than 107 bytes, and has 108");
	}

	@Test
	void whenPathHasZeroByteThenErrorNamesText() {
		assertThatIllegalArgumentException().isThrownBy(() -> BindAddress.parse("unix:a\0b"))
			.withMessageContaining("Cannot read the address");
	}

}
