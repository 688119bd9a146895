package io.prefork.os;

import java.nio.file.Path;

import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ListenFailuresTests {

	@Test
	void whenPortIsPrivilegedThenRemedyNamesTheCapability() {
		ListenException failure = ListenFailures.of(new BindAddress.Tcp("", 80), failed("bind", Errno.EACCES));
		assertThat(failure).hasMessage("Cannot listen on :80: permission denied, ports below 1024 are privileged");
		assertThat(failure.remedy()).contains("server.port from 1024 up", "CAP_NET_BIND_SERVICE");
	}

	@Test
	void whenDirectoryIsNotWritableThenRemedyNamesIt() {
		ListenException failure = ListenFailures.of(new BindAddress.Unix(Path.of("/run/app.sock")),
				failed("bind", Errno.EACCES));
		assertThat(failure).hasMessage("Cannot listen on unix:/run/app.sock: permission denied");
		assertThat(failure.remedy()).contains("write to /run,");
	}

	@Test
	void whenLimitOfFilesIsReachedThenRemedyNamesTheLimit() {
		ListenException many = ListenFailures.of(new BindAddress.Tcp("", 80), failed("socket", Errno.EMFILE));
		assertThat(many).hasMessageContaining("too many files are open");
		ListenException high = ListenFailures.of(new BindAddress.Descriptor(3), failed("fcntl", Errno.EINVAL));
		assertThat(high).hasMessageContaining("no descriptor from 64 up is allowed");
		assertThat(high.remedy()).contains("ulimit -n");
	}

	@Test
	void whenErrorIsOfAnotherKindThenReasonIsTheKernels() {
		ListenException failure = ListenFailures.of(new BindAddress.Tcp("fe80::1", 80), failed("bind", Errno.EINVAL));
		assertThat(failure).hasMessage("Cannot listen on [fe80::1]:80: bind: Invalid argument")
			.hasCauseInstanceOf(SystemCallException.class);
	}

	private static SystemCallException failed(String function, Errno errno) {
		return new SystemCallException(function, errno);
	}

}
