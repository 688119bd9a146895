package io.prefork.spring.launch;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.prefork.control.PoolControl;
import io.prefork.spring.TestCertificate;
import io.prefork.spring.actuate.FakePoolControl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The master's own context, started where the launch hook starts it: in the middle of the
 * run of an application of which nothing may show in it.
 */
@ExtendWith(OutputCaptureExtension.class)
class MasterApplicationTests {

	private static final List<String> COMMON = List.of("--spring.main.banner-mode=off",
			"--management.endpoints.web.exposure.include=*", "--management.endpoint.prefork.access=unrestricted");

	private final FakePoolControl pool = new FakePoolControl();

	private Optional<ConfigurableApplicationContext> context = Optional.empty();

	@AfterEach
	void close() {
		this.context.ifPresent(ConfigurableApplicationContext::close);
	}

	@Test
	void whenManagementPortIsSetThenMasterServesTheActuatorThereAndNothingOfTheApplication(CapturedOutput output)
			throws Exception {
		start();
		assertThat(get("/actuator/prefork").body()).startsWith("{\"state\":\"RUNNING\"");
		assertThat(get("/actuator/prefork/0").body()).contains("\"serial\":6");
		assertThat(get("/actuator/health").body()).contains("\"status\":\"UP\"");
		assertThat(get("/actuator/info").statusCode()).isEqualTo(200);
		assertThat(get("/actuator/metrics").body()).contains("prefork.");
		assertThat(output).doesNotContain(" WARN ").doesNotContain(" ERROR ");
		assertThat(get("/greeting").statusCode()).isEqualTo(404);
		ConfigurableApplicationContext master = this.context.orElseThrow();
		assertThat(master.getBeanNamesForType(Application.class)).isEmpty();
		assertThat(master.getBeanNamesForType(CommandLineRunner.class)).isEmpty();
		assertThat(master.getBean(PoolControl.class)).isSameAs(this.pool);
	}

	@Test
	void whenCommandIsSentToTheMasterThenItIsObeyedOrAnsweredWithASentence() throws Exception {
		start();
		assertThat(post("/actuator/prefork", "{\"workers\":6}").body())
			.isEqualTo("{\"previous\":4,\"workers\":6,\"floor\":6}");
		HttpResponse<String> refused = post("/actuator/prefork", "{\"workers\":0}");
		assertThat(refused.body()).contains("a whole number from 1 to 512 but is 0.");
		assertThat(refused.statusCode()).isEqualTo(400);
		HttpResponse<String> malformed = post("/actuator/prefork", "{\"workers\":");
		assertThat(malformed.body()).contains("not well-formed JSON");
		assertThat(malformed.statusCode()).isEqualTo(400);
		assertThat(this.pool.commands).containsExactly("scaleTo 6");
	}

	@Test
	void whenApplicationHasAPathOfItsOwnThenTheMastersPathsAreThoseOfManagement() throws Exception {
		start("--server.servlet.context-path=/shop", "--spring.mvc.servlet.path=/api",
				"--management.server.base-path=/manage", "--management.endpoints.web.base-path=/ops");
		assertThat(get("/manage/ops/prefork").statusCode()).isEqualTo(200);
	}

	@Test
	void whenApplicationIsLazyAndHasItsOwnJsonThenTheMasterServesAll() throws Exception {
		start("--spring.main.lazy-initialization=true", "--spring.main.web-application-type=servlet",
				"--spring.jackson.property-naming-strategy=SNAKE_CASE", "--spring.application.admin.enabled=true",
				"--spring.jmx.enabled=true", "--server.port=0");
		assertThat(get("/actuator/prefork").body()).contains("\"workerClass\":\"gthread\"");
	}

	@Test
	void whenApplicationIsReactiveThenTheMasterServesTheActuatorToo(CapturedOutput output) throws Exception {
		// Boot cannot tell whose management context it is where Netty and Tomcat are both
		start("--spring.main.web-application-type=reactive", "--spring.webflux.base-path=/shop",
				"--spring.autoconfigure.exclude=" + TomcatReactiveWebServerAutoConfiguration.class.getName() + ","
						+ TomcatReactiveManagementContextAutoConfiguration.class.getName());
		assertThat(this.context.orElseThrow()).isInstanceOf(ReactiveWebApplicationContext.class);
		assertThat(get("/actuator/prefork").body()).startsWith("{\"state\":\"RUNNING\"");
		assertThat(get("/actuator/health").body()).contains("\"status\":\"UP\"");
		assertThat(post("/actuator/prefork", "{\"workers\":6}").body())
			.isEqualTo("{\"previous\":4,\"workers\":6,\"floor\":6}");
		assertThat(post("/actuator/prefork", "{\"workers\":0}").statusCode()).isEqualTo(400);
		assertThat(get("/greeting").statusCode()).isEqualTo(404);
		assertThat(this.context.orElseThrow().getEnvironment().getProperty("local.server.port")).isEqualTo("-1");
		assertThat(output).doesNotContain(" WARN ").doesNotContain(" ERROR ");
	}

	@Test
	void whenServerHasTlsThenManagementHasItAsWithoutThePool() throws Exception {
		start("--server.ssl.key-store=" + TestCertificate.keyStore(),
				"--server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("https://localhost:" + port() + "/actuator/prefork"));
		assertThat(send(HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build(), request)
			.statusCode()).isEqualTo(200);
	}

	@Test
	void whenManagementHasTlsSwitchedOffThenItIsOff() throws Exception {
		start("--server.ssl.key-store=" + TestCertificate.keyStore(),
				"--server.ssl.key-store-password=" + TestCertificate.PASSWORD, "--management.server.ssl.enabled=false");
		assertThat(get("/actuator/prefork").statusCode()).isEqualTo(200);
	}

	@Test
	void whenApplicationListsExtensionsOfBootThenTheyDoNotRunInTheMaster(@TempDir Path directory) throws Exception {
		Path factories = Files.createDirectories(directory.resolve("META-INF")).resolve("spring.factories");
		Files.writeString(factories,
				"org.springframework.context.ApplicationContextInitializer=" + Initializer.class.getName() + "\n"
						+ "org.springframework.context.ApplicationListener=" + Listener.class.getName() + "\n");
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() }, before)) {
			thread.setContextClassLoader(loader);
			start();
		}
		finally {
			thread.setContextClassLoader(before);
		}
		assertThat(Listener.heard).contains("ApplicationEnvironmentPreparedEvent")
			.doesNotContain("ContextRefreshedEvent", "InitializerRan");
	}

	@Test
	void whenManagementPortIsTakenThenContextIsEmptyAndBootHasSaidWhy(CapturedOutput output) throws Exception {
		start();
		String port = port();
		Optional<ConfigurableApplicationContext> first = this.context;
		startAt(port);
		assertThat(this.context).isEmpty();
		assertThat(output).contains("APPLICATION FAILED TO START").contains("Port " + port + " was already in use");
		this.context = first;
	}

	private void start(String... arguments) {
		startAt("0", arguments);
	}

	private void startAt(String managementPort, String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.addListeners(new Hook(application));
		List<String> all = new ArrayList<>(List.of("--management.server.port=" + managementPort));
		all.addAll(COMMON);
		all.addAll(List.of(arguments));
		try {
			application.run(all.toArray(String[]::new));
		}
		catch (SpringApplication.AbandonedRunException ex) {
			// As intended: a master never gets beyond the hook.
		}
	}

	private String port() {
		return this.context.orElseThrow().getEnvironment().getProperty("local.management.port");
	}

	private HttpResponse<String> get(String path) throws Exception {
		return send(HttpClient.newHttpClient(),
				HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path)));
	}

	private HttpResponse<String> post(String path, String json) throws Exception {
		return send(HttpClient.newHttpClient(),
				HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
					.header("Content-Type", "application/json")
					.POST(BodyPublishers.ofString(json)));
	}

	private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws Exception {
		return client.send(request.build(), BodyHandlers.ofString());
	}

	private final class Hook implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

		private final SpringApplication application;

		private Hook(SpringApplication application) {
			this.application = application;
		}

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

		@Override
		public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
			MasterApplicationTests.this.context = new MasterContext(this.application, event.getEnvironment(),
					MasterApplicationTests.this.pool)
				.start();
			throw new SpringApplication.AbandonedRunException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		CommandLineRunner runner() {
			return (arguments) -> {
				throw new IllegalStateException("A runner of the application ran in the master");
			};
		}

		@RestController
		static class Controller {

			@GetMapping("/greeting")
			String greeting() {
				return "hello";
			}

		}

	}

	static class Initializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

		@Override
		public void initialize(ConfigurableApplicationContext context) {
			Listener.heard.add("InitializerRan");
		}

	}

	static class Listener implements ApplicationListener<ApplicationEvent> {

		static final ArrayList<String> heard = new ArrayList<>();

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			heard.add(event.getClass().getSimpleName());
		}

	}

}
