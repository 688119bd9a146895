package io.prefork.spring.launch;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.control.PoolControl;
import io.prefork.spring.master.MasterApplication;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.ApplicationContextFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * The master's own Spring context: nothing of the application's, only what serves the
 * actuator on {@code management.server.port}. Its own web server has no port; Boot's
 * management context, a child of it, takes the port with every
 * {@code management.server.*} setting as in an ordinary application.
 */
class MasterContext {

	/**
	 * Marks the environment, so that the nested run is recognised.
	 */
	static final String PROPERTY_SOURCE = "preforkMaster";

	/**
	 * Name of the {@link PoolControl} bean.
	 */
	static final String CONTROL_BEAN = "preforkPoolControl";

	private static final Log logger = LogFactory.getLog(MasterContext.class);

	private final SpringApplication application;

	private final ConfigurableEnvironment environment;

	private final PoolControl control;

	MasterContext(SpringApplication application, ConfigurableEnvironment environment, PoolControl control) {
		this.application = application;
		this.environment = environment;
		this.control = control;
	}

	/**
	 * Whether the actuator has a port of its own.
	 * @return whether the context is needed
	 */
	boolean isWanted() {
		return hasOwnManagementPort(this.environment);
	}

	static boolean hasOwnManagementPort(ConfigurableEnvironment environment) {
		Binder binder = Binder.get(environment);
		int port = binder.bind("management.server.port", Integer.class).orElse(-1);
		return port >= 0 && (port == 0 || port != binder.bind("server.port", Integer.class).orElse(8080));
	}

	/**
	 * Starts the context.
	 * @return the context, or empty if it failed, in which case Boot has reported why
	 */
	Optional<ConfigurableApplicationContext> start() {
		this.environment.getPropertySources().addFirst(new MapPropertySource(PROPERTY_SOURCE, overrides()));
		// The application may have been processed ahead of time; this context was not.
		SpringProperties.setProperty("spring.aot.enabled", "false");
		SpringApplication nested = new SpringApplication(MasterApplication.class);
		nested.setMainApplicationClass(this.application.getMainApplicationClass());
		WebApplicationType type = WebServer.webType(this.application, this.environment);
		nested.setWebApplicationType(type);
		nested.setEnvironment(environmentOf(type));
		nested.setAddCommandLineProperties(false);
		nested.setLogStartupInfo(false);
		nested.setListeners(ofBootItself(nested.getListeners()).stream()
			.filter((listener) -> !(listener instanceof EnvironmentPostProcessorApplicationListener))
			.toList());
		nested.setInitializers(ofBootItself(nested.getInitializers()));
		nested.addInitializers(registerControl());
		try {
			return Optional.of(nested.run());
		}
		catch (RuntimeException ex) {
			logger.error("The master's management context failed to start");
			return Optional.empty();
		}
	}

	/**
	 * At this time Boot has not yet replaced the environment where a setting says that
	 * the application is a reactive one. Conditions would take that of a servlet
	 * application for one.
	 */
	private ConfigurableEnvironment environmentOf(WebApplicationType type) {
		ConfigurableEnvironment converted = ApplicationContextFactory.DEFAULT.createEnvironment(type);
		if (type != WebApplicationType.REACTIVE || converted == null
				|| converted.getClass() == this.environment.getClass()) {
			return this.environment;
		}
		MutablePropertySources sources = converted.getPropertySources();
		sources.stream().map(PropertySource::getName).toList().forEach(sources::remove);
		this.environment.getPropertySources().forEach(sources::addLast);
		converted.setActiveProfiles(this.environment.getActiveProfiles());
		converted.setConversionService(this.environment.getConversionService());
		return converted;
	}

	/**
	 * The application and its libraries may have listed others in
	 * {@code META-INF/spring.factories}.
	 */
	private static <T> List<T> ofBootItself(Collection<T> extensions) {
		return extensions.stream()
			.filter((extension) -> extension.getClass().getName().startsWith("org.springframework.boot."))
			.toList();
	}

	private ApplicationContextInitializer<ConfigurableApplicationContext> registerControl() {
		return (context) -> context.getBeanFactory().registerSingleton(CONTROL_BEAN, this.control);
	}

	private static Map<String, Object> overrides() {
		Map<String, Object> overrides = new LinkedHashMap<>();
		overrides.put("server.port", -1);
		overrides.put("server.tomcat.accesslog.enabled", false);
		overrides.put("server.jetty.accesslog.enabled", false);
		overrides.put("server.servlet.context-path", "");
		overrides.put("spring.web.resources.add-mappings", false);
		overrides.put("spring.main.sources", "");
		overrides.put("spring.main.lazy-initialization", false);
		overrides.put("spring.main.banner-mode", "off");
		overrides.put("spring.application.admin.enabled", false);
		return overrides;
	}

}
