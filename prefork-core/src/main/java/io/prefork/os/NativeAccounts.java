package io.prefork.os;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import jnr.ffi.Pointer;
import jnr.ffi.byref.IntByReference;

/**
 * Asks the C library. {@code struct passwd} begins with two pointers, user and group id,
 * {@code struct group} with two pointers and the id; glibc and musl agree.
 */
final class NativeAccounts implements Accounts {

	/**
	 * The most that the kernel lets a process have (NGROUPS_MAX).
	 */
	private static final int MOST_GROUPS = 65536;

	private final LibC libc;

	NativeAccounts(LibC libc) {
		this.libc = libc;
	}

	@Override
	public Optional<Account> user(String user) {
		Pointer entry = this.libc.functions().getpwnam(user);
		if (entry == null && isId(user)) {
			entry = this.libc.functions().getpwuid(Integer.parseUnsignedInt(user));
		}
		return Optional.ofNullable(entry).map(this::account);
	}

	private Account account(Pointer entry) {
		int pointers = 2 * this.libc.runtime().addressSize();
		int ids = pointers + 2 * Integer.BYTES;
		String name = entry.getPointer(0).getString(0);
		int group = entry.getInt(pointers + Integer.BYTES);
		// Behind the ids: a comment, then the home directory.
		String home = entry.getPointer(ids + this.libc.runtime().addressSize()).getString(0);
		return new Account(name, entry.getInt(pointers), group, groups(name, group), home);
	}

	private List<Integer> groups(String user, int group) {
		int[] groups = new int[MOST_GROUPS];
		IntByReference count = new IntByReference(groups.length);
		this.libc.functions().getgrouplist(user, group, groups, count);
		return Arrays.stream(groups, 0, Math.min(count.intValue(), groups.length)).boxed().toList();
	}

	@Override
	public OptionalInt group(String group) {
		Pointer entry = this.libc.functions().getgrnam(group);
		if (entry != null) {
			return OptionalInt.of(entry.getInt(2L * this.libc.runtime().addressSize()));
		}
		return isId(group) ? OptionalInt.of(Integer.parseUnsignedInt(group)) : OptionalInt.empty();
	}

	@Override
	public Account self() {
		int user = this.libc.functions().geteuid();
		int group = this.libc.functions().getegid();
		Pointer entry = this.libc.functions().getpwuid(user);
		Account account = (entry != null) ? account(entry)
				: new Account(Integer.toUnsignedString(user), user, group, List.of(group), "/");
		return (account.gid() != group) ? account.inGroup(group) : account;
	}

	/**
	 * The highest number means "unchanged" to the kernel.
	 */
	private static boolean isId(String text) {
		return text.matches("\\d{1,10}") && Long.parseLong(text) < 0xffffffffL;
	}

}
