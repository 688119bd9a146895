package io.prefork.spring.launch;

import java.io.IOException;
import java.util.Iterator;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/**
 * Reopens log files after somebody has moved them away (USR1). Knows Logback; other
 * logging systems are left to their own rotation.
 */
final class LogFiles {

	private LogFiles() {
	}

	static void reopen() {
		if (ClassUtils.isPresent("ch.qos.logback.classic.LoggerContext", LogFiles.class.getClassLoader())) {
			Logback.reopen();
		}
	}

	private static final class Logback {

		static void reopen() {
			if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
				for (Logger logger : context.getLoggerList()) {
					reopen(logger.iteratorForAppenders());
				}
			}
		}

		private static void reopen(Iterator<Appender<ILoggingEvent>> appenders) {
			while (appenders.hasNext()) {
				if (appenders.next() instanceof FileAppender<?> file && file.isStarted()) {
					reopen(file);
				}
			}
		}

		/**
		 * Not by stop and start, which a rolling appender does not survive.
		 */
		private static void reopen(FileAppender<?> file) {
			try {
				file.openFile(file.getFile());
			}
			catch (IOException ex) {
				LoggerFactory.getLogger(LogFiles.class).warn("Cannot reopen {}: {}", file.getFile(), ex.getMessage());
			}
		}

	}

}
