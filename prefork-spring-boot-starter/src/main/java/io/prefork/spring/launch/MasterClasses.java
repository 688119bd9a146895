package io.prefork.spring.launch;

import java.io.IOException;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Loads the master's own classes before they are needed: workers have a private copy of
 * the application's jar, but the master reads the jar itself, and must be able to start
 * workers and to reload after somebody has overwritten it in place.
 */
final class MasterClasses {

	private static final List<String> PACKAGES = List.of("control", "launch", "master", "os", "pool", "scoreboard",
			"worker", "spring", "spring/launch", "spring/actuate");

	private static final Log logger = LogFactory.getLog(MasterClasses.class);

	private MasterClasses() {
	}

	/**
	 * Loads and links them. What belongs to a library that is not there is passed over.
	 * @return how many there are
	 */
	static int load() {
		ClassLoader loader = MasterClasses.class.getClassLoader();
		PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver(loader);
		int count = 0;
		for (String directory : PACKAGES) {
			try {
				for (Resource file : resolver.getResources("classpath*:io/prefork/" + directory + "/*.class")) {
					String name = "io/prefork/" + directory + "/" + file.getFilename();
					link(name.substring(0, name.lastIndexOf('.')).replace('/', '.'), loader);
					count++;
				}
			}
			catch (IOException ex) {
				logger.debug("Cannot list classes in " + directory, ex);
			}
		}
		return count;
	}

	/**
	 * The JVM links a class before it tells its methods.
	 */
	private static void link(String name, ClassLoader loader) {
		try {
			Class.forName(name, false, loader).getDeclaredMethods();
		}
		catch (ClassNotFoundException | LinkageError ex) {
			logger.trace("Not loaded: " + name, ex);
		}
	}

}
