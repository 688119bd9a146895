package io.prefork.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.convert.DurationUnit;

/**
 * Settings of what follows when workers end unexpectedly.
 */
public class RespawnProperties {

	/**
	 * How many workers of one slot may end unexpectedly within 'prefork.respawn.window'.
	 * Each further one makes that slot wait longer, however well its workers were in
	 * between.
	 */
	private int maxExitsPerSlot = 5;

	/**
	 * How many workers of the pool may end unexpectedly within 'prefork.respawn.window'.
	 * Beyond that the pool is DEGRADED, and every slot waits longer.
	 */
	private int maxExits = 10;

	/**
	 * Time within which unexpected ends are counted.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration window = Duration.ofMinutes(5);

	/**
	 * Exit statuses with which a worker says that another one would end in the same way.
	 * None is started then until a reload or a rollback, and when the last worker has
	 * gone the server stops with status 3.
	 */
	private List<Integer> fatalExitCodes = new ArrayList<>();

	public int getMaxExitsPerSlot() {
		return this.maxExitsPerSlot;
	}

	public void setMaxExitsPerSlot(int maxExitsPerSlot) {
		this.maxExitsPerSlot = maxExitsPerSlot;
	}

	public int getMaxExits() {
		return this.maxExits;
	}

	public void setMaxExits(int maxExits) {
		this.maxExits = maxExits;
	}

	public Duration getWindow() {
		return this.window;
	}

	public void setWindow(Duration window) {
		this.window = window;
	}

	public List<Integer> getFatalExitCodes() {
		return this.fatalExitCodes;
	}

	public void setFatalExitCodes(List<Integer> fatalExitCodes) {
		this.fatalExitCodes = fatalExitCodes;
	}

}
