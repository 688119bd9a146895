package io.prefork.master;

import io.prefork.pool.Action;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the pool reports to the log, under the name of the master.
 */
final class ReportLog {

	private static final Logger logger = LoggerFactory.getLogger(Master.class);

	private ReportLog() {
	}

	static void write(Action.Report report) {
		switch (report.severity()) {
			case INFO -> logger.info(report.line());
			case WARN -> logger.warn(report.line());
			case ERROR -> logger.error(report.line());
		}
	}

}
