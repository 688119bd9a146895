package io.prefork.spring.actuate;

import java.util.stream.Stream;

import io.prefork.control.PoolControl;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Provides one control or none.
 */
record PoolControlProvider(@Nullable PoolControl control) implements ObjectProvider<PoolControl> {

	@Override
	public Stream<PoolControl> stream() {
		return Stream.ofNullable(this.control);
	}

}
