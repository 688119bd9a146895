package sample.prefork.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A pool on a unix-domain socket behind a real nginx, which is told not to retry.
 */
class NginxProcessTests extends ProcessTestSupport {

	private static final Path NGINX = Path.of("/usr/sbin/nginx");

	private static final String CONFIGURATION = """
			daemon off;
			worker_processes 1;
			pid nginx.pid;
			error_log stderr warn;
			%s
			events { worker_connections 256; }
			http {
				access_log off;
				client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
				uwsgi_temp_path uwsgi; scgi_temp_path scgi;
				upstream pool { server unix:%s; }
				server {
					listen 127.0.0.1:%d;
					location / { proxy_pass http://pool; proxy_next_upstream off; }
				}
			}
			""";

	private Process nginx;

	@BeforeEach
	void checkForNginx() {
		boolean installed = Files.isExecutable(NGINX);
		if (!installed) {
			System.out.println("Skipped: " + NGINX + " is not installed");
		}
		assumeTrue(installed);
	}

	@AfterEach
	void stopNginx() throws InterruptedException {
		if (this.nginx != null) {
			this.nginx.destroy();
			this.nginx.waitFor();
		}
	}

	@Test
	void whenReloadedBehindNginxThenNothingIsLost() throws IOException {
		Path socket = this.directory.resolve("app.sock");
		PoolProcess pool = launcher().managementPort().arguments("--prefork.bind=unix:" + socket).start();
		pool.awaitSettled(2);
		InetSocketAddress front = startNginx(socket);
		pool.await("nginx answers", PoolProcess.SOON,
				() -> StrictClient.run(Load.of(front, "/").clients(1).requests(1)).answered() == 1);
		try (ThreeModes throughNginx = ThreeModes.against(front);
				ThreeModes direct = ThreeModes.against(UnixDomainSocketAddress.of(socket))) {
			pool.signal("HUP");
			pool.awaitPool("generation 2 serves alone", (status) -> status.generation() == 2 && status.settledAt(2));
			throughNginx.awaitProgress();
			direct.stopAndAssertNothingLost();
			throughNginx.stopAndAssertNothingLost();
		}
		assertThat(Proc.listeners(pool.port())).as("server.port is not listened on").isEmpty();
	}

	private InetSocketAddress startNginx(Path socket) throws IOException {
		int port = PoolLauncher.freePort();
		Path configuration = Files.writeString(this.directory.resolve("nginx.conf"), CONFIGURATION
			.formatted("root".equals(System.getProperty("user.name")) ? "user root;" : "", socket, port));
		this.nginx = new ProcessBuilder(NGINX.toString(), "-p", this.directory.toString(), "-c",
				configuration.toString(), "-e", "stderr")
			.inheritIO()
			.start();
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
	}

}
