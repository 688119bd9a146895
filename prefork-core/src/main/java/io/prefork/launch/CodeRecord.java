package io.prefork.launch;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which code an application has, and had.
 *
 * @param current id of the layout that the pool's generation runs from, empty if none
 * @param previous id of the layout before, of other content
 */
record CodeRecord(Optional<String> current, Optional<String> previous) {

	static final CodeRecord NONE = new CodeRecord(Optional.empty(), Optional.empty());

	/**
	 * The record after other code, or the same, has proven itself.
	 * @param next id of its layout, empty if it runs from where the application is
	 * @return the record; a generation of the same code does not change it
	 */
	CodeRecord followedBy(Optional<String> next) {
		return next.equals(this.current) ? this : new CodeRecord(next, this.current.or(() -> this.previous));
	}

	Set<String> ids() {
		return Stream.of(this.current, this.previous).flatMap(Optional::stream).collect(Collectors.toUnmodifiableSet());
	}

}
