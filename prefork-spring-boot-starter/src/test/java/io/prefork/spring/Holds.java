package io.prefork.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;

/**
 * Holds requests until a test lets them go, and brings along what the compatibility kits
 * ask of every application besides.
 */
@Component
@Import(LongLivedExchanges.class)
public class Holds {

	private volatile CompletableFuture<String> released = new CompletableFuture<>();

	/**
	 * Waits until it is let go.
	 */
	public String hold() {
		return this.released.orTimeout(30, TimeUnit.SECONDS).join();
	}

	public CompletableFuture<String> released() {
		return this.released;
	}

	/**
	 * Lets requests go that are held now or will be.
	 */
	public void release() {
		this.released.complete("held");
	}

}
