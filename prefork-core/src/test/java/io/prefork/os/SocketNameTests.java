package io.prefork.os;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SocketNameTests {

	@ParameterizedTest
	@CsvSource({ "0.0.0.0, 8080, 0.0.0.0:8080", "127.0.0.1, 65535, 127.0.0.1:65535", "::, 80, [::]:80",
			"::1, 443, [::1]:443", "2001:db8::1:0:0:1, 1, [2001:db8::1:0:0:1]:1",
			"2001:db8:0:1:1:1:1:1, 1, [2001:db8:0:1:1:1:1:1]:1", "1:0:0:2:0:0:0:3, 1, [1:0:0:2::3]:1",
			"fe80::, 1, [fe80::]:1" })
	void whenAddressIsInetThenTextIsCanonical(String host, int port, String text) throws Exception {
		SocketName name = SocketName.of(InetAddress.getByName(host), port);
		assertThat(name).hasToString(text);
		assertThat(name.port()).hasValue(port);
	}

	@Test
	void whenAddressHasScopeThenTextHasIt() throws Exception {
		assertThat(SocketName.of(InetAddress.getByName("fe80::1%1"), 80)).hasToString("[fe80::1%1]:80");
	}

	@Test
	void whenAddressIsPathThenItIsZeroTerminated() {
		SocketName name = SocketName.of(Path.of("/run/app.sock"));
		assertThat(name.bytes()).hasSize(2 + 13 + 1).endsWith(0);
		assertThat(name.family()).isEqualTo(Listener.Family.UNIX);
		assertThat(name.port()).isEmpty();
		assertThat(name).hasToString("unix:/run/app.sock");
	}

	@Test
	void whenNameIsAbstractThenTextSaysSo() {
		byte[] bytes = "\1\0\0hidden".getBytes(StandardCharsets.ISO_8859_1);
		assertThat(new SocketName(bytes)).hasToString("unix:@hidden");
		assertThat(SocketName.ofAbstract("hidden").bytes()).hasSize(2 + 1 + 6);
		assertThat(SocketName.ofAbstract("hidden")).hasToString("unix:@hidden");
		assertThat(new SocketName(new byte[] { 1, 0 })).hasToString("unix:(unnamed)");
	}

}
