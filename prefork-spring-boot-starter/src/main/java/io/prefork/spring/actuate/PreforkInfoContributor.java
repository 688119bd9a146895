package io.prefork.spring.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import io.prefork.control.PoolDocument;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Says which process of the pool has answered: {@code role}, {@code masterPid}, and in a
 * worker {@code slot} and {@code generation}. Says nothing outside a pool or while the
 * master does not answer.
 */
class PreforkInfoContributor implements InfoContributor {

	private final PoolSnapshot snapshot;

	private final long pid;

	PreforkInfoContributor(PoolSnapshot snapshot, long pid) {
		this.snapshot = snapshot;
		this.pid = pid;
	}

	@Override
	public void contribute(Info.Builder builder) {
		if (!this.snapshot.exists()) {
			return;
		}
		try {
			builder.withDetail("prefork", details(this.snapshot.get()));
		}
		catch (RuntimeException ex) {
			// The health indicator and the endpoint report it.
		}
	}

	private Map<String, Object> details(PoolDocument pool) {
		Map<String, Object> details = new LinkedHashMap<>();
		boolean master = pool.master().pid() == this.pid;
		details.put("role", master ? "master" : "worker");
		details.put("masterPid", pool.master().pid());
		pool.pool().stream().filter((worker) -> worker.pid() == this.pid).findFirst().ifPresent((worker) -> {
			details.put("slot", worker.slot());
			details.put("generation", worker.generation());
		});
		return details;
	}

}
