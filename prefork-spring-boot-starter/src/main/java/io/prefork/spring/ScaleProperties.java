package io.prefork.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * Settings of elasticity. What is bound here is checked in {@code ScaleSettings}.
 */
public class ScaleProperties {

	/**
	 * What changes the number of workers: 'static' for commands alone; 'spare' to keep
	 * some workers' worth of request slots free; 'busyness' to keep the share of busy
	 * slots between two bounds.
	 */
	private Policy policy = Policy.STATIC;

	/**
	 * Fewest workers that the load brings the pool down to. When not set, the number of
	 * workers at the start.
	 */
	private @Nullable Integer min;

	/**
	 * Most workers that the load or a command brings the pool up to, at most
	 * 'prefork.max-workers'. Must be set for 'spare' and 'busyness'; memory and
	 * processors are shared out among so many.
	 */
	private @Nullable Integer max;

	/**
	 * For 'spare': workers are added when fewer workers' worth of request slots are free.
	 */
	private int minSpare = 1;

	/**
	 * For 'spare': workers are removed when more workers' worth of request slots are
	 * free.
	 */
	private int maxSpare = 2;

	/**
	 * For 'busyness': workers are removed when a smaller percentage of the request slots
	 * is busy.
	 */
	private int busyLow = 30;

	/**
	 * For 'busyness': workers are added when a larger percentage of the request slots is
	 * busy.
	 */
	private int busyHigh = 70;

	/**
	 * For 'busyness': workers are added at once when for some seconds more connections
	 * have been waiting to be accepted.
	 */
	private int queueAlert = 33;

	/**
	 * Time over which the load is looked at. A surplus must last for at least six times
	 * as long before a worker is removed.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration window = Duration.ofSeconds(10);

	/**
	 * Resident memory of all workers together beyond which no worker is added because of
	 * the load. When not set, what the machine and its control groups leave is the only
	 * bound.
	 */
	private @Nullable DataSize memoryLimit;

	public Policy getPolicy() {
		return this.policy;
	}

	public void setPolicy(Policy policy) {
		this.policy = policy;
	}

	public @Nullable Integer getMin() {
		return this.min;
	}

	public void setMin(@Nullable Integer min) {
		this.min = min;
	}

	public @Nullable Integer getMax() {
		return this.max;
	}

	public void setMax(@Nullable Integer max) {
		this.max = max;
	}

	public int getMinSpare() {
		return this.minSpare;
	}

	public void setMinSpare(int minSpare) {
		this.minSpare = minSpare;
	}

	public int getMaxSpare() {
		return this.maxSpare;
	}

	public void setMaxSpare(int maxSpare) {
		this.maxSpare = maxSpare;
	}

	public int getBusyLow() {
		return this.busyLow;
	}

	public void setBusyLow(int busyLow) {
		this.busyLow = busyLow;
	}

	public int getBusyHigh() {
		return this.busyHigh;
	}

	public void setBusyHigh(int busyHigh) {
		this.busyHigh = busyHigh;
	}

	public int getQueueAlert() {
		return this.queueAlert;
	}

	public void setQueueAlert(int queueAlert) {
		this.queueAlert = queueAlert;
	}

	public Duration getWindow() {
		return this.window;
	}

	public void setWindow(Duration window) {
		this.window = window;
	}

	public @Nullable DataSize getMemoryLimit() {
		return this.memoryLimit;
	}

	public void setMemoryLimit(@Nullable DataSize memoryLimit) {
		this.memoryLimit = memoryLimit;
	}

	/**
	 * What changes the number of workers.
	 */
	public enum Policy {

		/** Commands alone. */
		STATIC,
		/** Some workers' worth of request slots are kept free. */
		SPARE,
		/** The share of busy request slots is kept between two bounds. */
		BUSYNESS

	}

}
