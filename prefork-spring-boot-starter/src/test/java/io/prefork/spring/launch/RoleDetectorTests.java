package io.prefork.spring.launch;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RoleDetectorTests {

	private static final StackTraceElement[] FROM_MAIN = stack("org.springframework.boot.SpringApplication.run",
			"com.example.Application.main");

	private final SpringApplication application = new SpringApplication(Object.class);

	@AfterEach
	void clear() {
		Stream.of("spring.context.exit", "spring.aot.processing", "prefork.worker.slot", "prefork.worker.run-directory")
			.forEach(System::clearProperty);
	}

	@Test
	void whenWebApplicationIsStartedFromMainThenThisIsTheMaster() {
		this.application.setWebApplicationType(WebApplicationType.SERVLET);
		assertThat(detect()).isEqualTo(Role.MASTER);
		assertThat(detect("prefork.enabled=true", "server.port=0")).isEqualTo(Role.MASTER);
	}

	@Test
	void whenLauncherOfAJarCallsMainThenThisIsTheMaster() {
		assertThat(detect(PreparedEnvironment.of(), stack("com.example.Application.main",
				"java.lang.reflect.Method.invoke", "org.springframework.boot.loader.launch.JarLauncher.main")))
			.isEqualTo(Role.MASTER);
	}

	@Test
	void whenMasterSaidSoThenThisIsAWorkerWhateverElseThereIs() {
		System.setProperty("prefork.worker.slot", "0");
		System.setProperty("prefork.worker.run-directory", "/run/prefork-1");
		assertThat(detect("prefork.enabled=false")).isEqualTo(Role.WORKER);
	}

	@Test
	void whenAParentContextRunsInAWorkerThenItIsNotTheWorkersApplication() {
		System.setProperty("prefork.worker.slot", "0");
		System.setProperty("prefork.worker.run-directory", "/run/prefork-1");
		this.application.setWebApplicationType(WebApplicationType.NONE);
		assertThat(detect()).isEqualTo(Role.NESTED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "bootstrap", MasterContext.PROPERTY_SOURCE })
	void whenRunIsWithinARunThenItIsNested(String source) {
		ConfigurableEnvironment environment = PreparedEnvironment.of();
		environment.getPropertySources().addLast(new MapPropertySource(source, Map.of("a", "b")));
		assertThat(detect(environment, FROM_MAIN)).isEqualTo(Role.NESTED);
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', textBlock = """
			prefork.enabled=false                   | 'prefork.enabled' is false
			spring.main.web-application-type=none   | it is no web application
			server.port=-1                          | 'server.port' is negative, so there is nothing to listen on
			""", delimiter = '|')
	void whenASettingSaysSoThenItStaysOrdinary(String setting, String reason) {
		assertThat(detect(setting)).isEqualTo(Role.ordinary(reason));
	}

	@Test
	void whenApplicationIsNotForTheWebThenItStaysOrdinary() {
		this.application.setWebApplicationType(WebApplicationType.NONE);
		assertThat(detect().reason()).isEqualTo("it is no web application");
		assertThat(detect("spring.main.web-application-type=servlet")).isEqualTo(Role.MASTER);
	}

	@ParameterizedTest
	@ValueSource(strings = { "prefork.enabled=perhaps", "server.port=http", "spring.main.web-application-type=ftp" })
	void whenASettingIsOfTheWrongTypeThenBootCanAnalyzeTheFailure(String setting) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> detect(setting));
	}

	@Test
	void whenThisIsATrainingRunThenItStaysOrdinary() {
		System.setProperty("spring.context.exit", "onRefresh");
		assertThat(detect().reason()).isEqualTo("'spring.context.exit' asks for a training run");
	}

	@Test
	void whenThisIsAheadOfTimeProcessingThenItStaysOrdinary() {
		System.setProperty("spring.aot.processing", "true");
		assertThat(detect().reason()).isEqualTo("this is ahead-of-time processing");
	}

	@Test
	void whenDeployedToAContainerThenItStaysOrdinary() {
		this.application.addInitializers(new ServletContextApplicationContextInitializer());
		assertThat(detect().reason()).isEqualTo("it is deployed to a servlet container");
	}

	@Test
	void whenThereIsNoServerThatCanBeInAPoolThenItStaysOrdinary() {
		hide("org.apache.catalina.startup", "org.eclipse.jetty.server");
		assertThat(detect().reason()).isEqualTo("its web server is none of Tomcat, Jetty and Reactor Netty");
	}

	@ParameterizedTest
	@CsvSource({ "org.apache.catalina, SERVLET, JETTY", "org.eclipse.jetty, SERVLET, TOMCAT",
			"org.eclipse.jetty, REACTIVE, REACTOR_NETTY", "org.springframework.boot.jetty, REACTIVE, REACTOR_NETTY",
			"reactor.netty, REACTIVE, REACTIVE_JETTY" })
	void whenOneServerIsAbsentThenBootTakesTheNext(String absent, WebApplicationType type, WebServer server) {
		hide(absent);
		this.application.setWebApplicationType(type);
		assertThat(detect()).isEqualTo(Role.MASTER);
		assertThat(WebServer.of(this.application, PreparedEnvironment.of())).contains(server);
	}

	@Test
	void whenNeitherReactorNettyNorJettyIsThereThenReactiveApplicationIsOnTomcat() {
		hide("reactor.netty", "org.eclipse.jetty");
		this.application.setWebApplicationType(WebApplicationType.REACTIVE);
		assertThat(WebServer.of(this.application, PreparedEnvironment.of())).contains(WebServer.REACTIVE_TOMCAT);
	}

	private void hide(String... packages) {
		this.application.setResourceLoader(new DefaultResourceLoader(new FilteredClassLoader(packages)));
	}

	@Test
	void whenSystemIsNotLinuxThenItStaysOrdinary() {
		String name = System.getProperty("os.name");
		try {
			System.setProperty("os.name", "Windows 11");
			assertThat(detect().reason()).isEqualTo("it runs on Windows 11; pools need Linux");
		}
		finally {
			System.setProperty("os.name", name);
		}
	}

	@ParameterizedTest
	@CsvSource({ "org.junit.jupiter.engine.execution.MethodInvocation.proceed, org.junit.",
			"org.testng.TestNG.run, org.testng.",
			"org.springframework.boot.test.context.SpringBootContextLoader.loadContext, org.springframework.boot.test.",
			"cucumber.runtime.Runtime.run, cucumber.", "io.cucumber.core.cli.Main.run, io.cucumber.",
			"org.apache.maven.surefire.booter.ForkedBooter.run, org.apache.maven.surefire.",
			"org.springframework.boot.SpringApplicationAotProcessor.process, "
					+ "org.springframework.boot.SpringApplicationAotProcessor" })
	void whenATestOrABuildStartsItThenItStaysOrdinary(String caller, String shown) {
		assertThat(detect(PreparedEnvironment.of(), stack("com.example.Application.main", caller, "x.Main.main")))
			.isEqualTo(Role.ordinary("it was started by a test or a build (" + shown + "*)"));
	}

	@Test
	void whenThisTestStartsItThenItStaysOrdinary() {
		assertThat(new RoleDetector(this.application, PreparedEnvironment.of()).detect().reason())
			.isEqualTo("it was started by a test or a build (org.junit.*)");
	}

	@Test
	void whenDevtoolsRestartItThenItStaysOrdinary() throws Exception {
		try (RestartClassLoader loader = new RestartClassLoader(getClass().getClassLoader())) {
			this.application.setResourceLoader(new DefaultResourceLoader(loader));
			assertThat(detect().reason()).isEqualTo("devtools restarts it within one process");
		}
	}

	@Test
	void whenThreadIsThatOfDevtoolsThenItStaysOrdinary() {
		Thread thread = Thread.currentThread();
		String name = thread.getName();
		try {
			thread.setName("restartedMain");
			assertThat(detect().reason()).isEqualTo("devtools restarts it within one process");
		}
		finally {
			thread.setName(name);
		}
	}

	@Test
	void whenNoMainMethodIsBehindItThenItStaysOrdinary() {
		assertThat(detect(PreparedEnvironment.of(), stack("com.example.Embedded.start", "java.lang.Thread.run")))
			.isEqualTo(Role.ordinary("it was not started from a main method"));
	}

	private Role detect(String... settings) {
		return detect(PreparedEnvironment.of(settings), FROM_MAIN);
	}

	private Role detect(ConfigurableEnvironment environment, StackTraceElement[] stack) {
		return new RoleDetector(this.application, environment, stack).detect();
	}

	private static StackTraceElement[] stack(String... frames) {
		return Stream.of(frames)
			.map((frame) -> new StackTraceElement(frame.substring(0, frame.lastIndexOf('.')),
					frame.substring(frame.lastIndexOf('.') + 1), null, -1))
			.toArray(StackTraceElement[]::new);
	}

	/**
	 * Boot's is found by its name.
	 */
	private static final class ServletContextApplicationContextInitializer
			implements ApplicationContextInitializer<ConfigurableApplicationContext> {

		@Override
		public void initialize(ConfigurableApplicationContext context) {
		}

	}

	private static final class RestartClassLoader extends URLClassLoader {

		private RestartClassLoader(ClassLoader parent) {
			super(new URL[0], parent);
		}

	}

}
