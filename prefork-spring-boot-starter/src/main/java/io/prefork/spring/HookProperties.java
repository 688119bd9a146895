package io.prefork.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationUnit;

/**
 * Executables that the master runs at hooks, each the path of an executable file, which
 * is run without arguments. What is bound here is checked in {@code HookSettings}.
 */
public class HookProperties {

	/**
	 * Executable that is run before anything is opened. If it fails, the server does not
	 * start.
	 */
	private @Nullable String onStarting;

	/**
	 * Executable that is run when the number of workers is set or has changed.
	 */
	private @Nullable String nworkersChanged;

	/**
	 * Executable that is run once, when as many workers accept as there should be.
	 */
	private @Nullable String whenReady;

	/**
	 * Executable that is run before a worker's process is started, which waits for it.
	 */
	private @Nullable String preFork;

	/**
	 * Executable that is run when a worker's process has been started.
	 */
	private @Nullable String postFork;

	/**
	 * Executable that is run when a worker is about to be ended because of a timeout.
	 */
	private @Nullable String workerAbort;

	/**
	 * Executable that is run when a worker's process has ended.
	 */
	private @Nullable String childExit;

	/**
	 * Executable that is run at a reload or a rollback, when the code is ready and before
	 * the first new worker is started.
	 */
	private @Nullable String onReload;

	/**
	 * Executable that is run before the master executes a new one in its place. If it
	 * fails, the master goes on as it is.
	 */
	private @Nullable String preExec;

	/**
	 * Executable that is run last, when no worker is left.
	 */
	private @Nullable String onExit;

	/**
	 * How long an executable of a hook may take until it is killed, from 100ms to 10m.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(5);

	public @Nullable String getOnStarting() {
		return this.onStarting;
	}

	public void setOnStarting(@Nullable String onStarting) {
		this.onStarting = onStarting;
	}

	public @Nullable String getNworkersChanged() {
		return this.nworkersChanged;
	}

	public void setNworkersChanged(@Nullable String nworkersChanged) {
		this.nworkersChanged = nworkersChanged;
	}

	public @Nullable String getWhenReady() {
		return this.whenReady;
	}

	public void setWhenReady(@Nullable String whenReady) {
		this.whenReady = whenReady;
	}

	public @Nullable String getPreFork() {
		return this.preFork;
	}

	public void setPreFork(@Nullable String preFork) {
		this.preFork = preFork;
	}

	public @Nullable String getPostFork() {
		return this.postFork;
	}

	public void setPostFork(@Nullable String postFork) {
		this.postFork = postFork;
	}

	public @Nullable String getWorkerAbort() {
		return this.workerAbort;
	}

	public void setWorkerAbort(@Nullable String workerAbort) {
		this.workerAbort = workerAbort;
	}

	public @Nullable String getChildExit() {
		return this.childExit;
	}

	public void setChildExit(@Nullable String childExit) {
		this.childExit = childExit;
	}

	public @Nullable String getOnReload() {
		return this.onReload;
	}

	public void setOnReload(@Nullable String onReload) {
		this.onReload = onReload;
	}

	public @Nullable String getPreExec() {
		return this.preExec;
	}

	public void setPreExec(@Nullable String preExec) {
		this.preExec = preExec;
	}

	public @Nullable String getOnExit() {
		return this.onExit;
	}

	public void setOnExit(@Nullable String onExit) {
		this.onExit = onExit;
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
	}

}
