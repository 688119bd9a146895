package io.prefork.spring;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * Limits on the resources of the master and its workers. What is bound here is checked
 * when the limits are set.
 */
public class LimitProperties {

	/**
	 * Highest number of open files, sockets among them, of the master and of each worker,
	 * from 256. When not set, it is inherited.
	 */
	private @Nullable Long openFiles;

	/**
	 * Largest core dump of the master or a worker; 0 for none. When not set, it is
	 * inherited.
	 */
	private @Nullable DataSize coreSize;

	public @Nullable Long getOpenFiles() {
		return this.openFiles;
	}

	public void setOpenFiles(@Nullable Long openFiles) {
		this.openFiles = openFiles;
	}

	public @Nullable DataSize getCoreSize() {
		return this.coreSize;
	}

	public void setCoreSize(@Nullable DataSize coreSize) {
		this.coreSize = coreSize;
	}

}
