package io.prefork.spring.launch;

import java.util.LinkedHashMap;
import java.util.Map;

import io.prefork.control.PoolControl;
import io.prefork.master.Master;
import io.prefork.spring.master.MasterApplication;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

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

	private final Master master;

	MasterContext(SpringApplication application, ConfigurableEnvironment environment, Master master) {
		this.application = application;
		this.environment = environment;
		this.master = master;
	}

	/**
	 * Whether the actuator has a port of its own.
	 * @return whether the context is needed
	 */
	boolean isWanted() {
		return hasOwnManagementPort(this.environment);
	}

	static boolean hasOwnManagementPort(ConfigurableEnvironment environment) {
		Integer port = environment.getProperty("management.server.port", Integer.class);
		return port != null && port >= 0
				&& (port == 0 || !port.equals(environment.getProperty("server.port", Integer.class, 8080)));
	}

	/**
	 * Starts the context.
	 * @return {@code false} if it failed, in which case Boot has reported why
	 */
	boolean start() {
		this.environment.getPropertySources().addFirst(new MapPropertySource(PROPERTY_SOURCE, overrides()));
		// The application may have been processed ahead of time; this context was not.
		SpringProperties.setProperty("spring.aot.enabled", "false");
		SpringApplication nested = new SpringApplication(MasterApplication.class);
		nested.setMainApplicationClass(this.application.getMainApplicationClass());
		nested.setEnvironment(this.environment);
		nested.setAddCommandLineProperties(false);
		nested.setLogStartupInfo(false);
		nested.setListeners(nested.getListeners()
			.stream()
			.filter((listener) -> !(listener instanceof EnvironmentPostProcessorApplicationListener))
			.toList());
		nested.addInitializers(registerControl());
		try {
			nested.run();
			return true;
		}
		catch (RuntimeException ex) {
			logger.error("The master's management context failed to start, so the server stops");
			return false;
		}
	}

	private ApplicationContextInitializer<ConfigurableApplicationContext> registerControl() {
		PoolControl control = this.master.control();
		return (context) -> context.getBeanFactory().registerSingleton(CONTROL_BEAN, control);
	}

	private static Map<String, Object> overrides() {
		Map<String, Object> overrides = new LinkedHashMap<>();
		overrides.put("server.port", -1);
		overrides.put("server.ssl.enabled", false);
		overrides.put("server.http2.enabled", false);
		overrides.put("server.tomcat.accesslog.enabled", false);
		overrides.put("server.servlet.context-path", "");
		overrides.put("spring.web.resources.add-mappings", false);
		overrides.put("spring.main.sources", "");
		overrides.put("spring.main.lazy-initialization", false);
		overrides.put("spring.main.banner-mode", "off");
		overrides.put("spring.application.admin.enabled", false);
		return overrides;
	}

}
