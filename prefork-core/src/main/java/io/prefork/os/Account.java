package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A user that a process runs as, and its groups ({@code credentials(7)}).
 *
 * @param name its name, or its id if it has none
 * @param uid its id
 * @param gid its primary group
 * @param groups all its groups, the primary one included
 * @param home its home directory
 */
public record Account(String name, int uid, int gid, List<Integer> groups, String home) {

	private static final int ROOT = 0;

	private static final int SEARCH = 01;

	public Account {
		groups = List.copyOf(groups);
	}

	/**
	 * The same user with another primary group in the place of its own.
	 * @param group the group
	 * @return the account
	 */
	public Account inGroup(int group) {
		List<Integer> others = this.groups.stream().filter((other) -> other != this.gid && other != group).toList();
		List<Integer> all = new ArrayList<>(List.of(group));
		all.addAll(others);
		return new Account(this.name, this.uid, group, all, this.home);
	}

	/**
	 * Whether it is the superuser, who may become anybody.
	 * @return whether its id is 0
	 */
	public boolean isRoot() {
		return this.uid == ROOT;
	}

	/**
	 * Looks for what keeps the account from reaching files in a directory, by owner,
	 * group and mode of the directory and of those above it.
	 * @param directory the directory
	 * @return the first that it may not enter, from the top, or that cannot be looked at
	 */
	public Optional<Path> barrier(Path directory) {
		Path path = directory.toAbsolutePath().normalize();
		Path above = path.getRoot();
		for (int i = 0; i <= path.getNameCount(); i++) {
			above = (i == 0) ? above : above.resolve(path.getName(i - 1));
			if (!mayEnter(above)) {
				return Optional.of(above);
			}
		}
		return Optional.empty();
	}

	private boolean mayEnter(Path directory) {
		try {
			Map<String, Object> attributes = Files.readAttributes(directory, "unix:mode,uid,gid");
			int mode = (attributes.get("mode") instanceof Integer bits) ? bits : 0;
			if (Integer.valueOf(this.uid).equals(attributes.get("uid"))) {
				return isRoot() || (mode >> 6 & SEARCH) != 0;
			}
			boolean inGroup = attributes.get("gid") instanceof Integer group && this.groups.contains(group);
			return isRoot() || ((inGroup ? mode >> 3 : mode) & SEARCH) != 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}
