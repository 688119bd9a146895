package io.prefork.spring.launch;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import io.prefork.master.UserSwitch;
import io.prefork.os.Account;
import io.prefork.os.Accounts;
import io.prefork.os.OperatingSystem;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class WorkerUserTests {

	private static final Account ROOT = new Account("root", 0, 0, List.of(0), "/root");

	private static final Account SHOP = new Account("shop", 1000, 1000, List.of(1000, 100), "/home/shop");

	@Test
	void whenNothingIsSetThenWorkersAreTheMastersUser() {
		assertThat(user(ROOT, null, null)).isEmpty();
		assertThat(user(ROOT, " ", "")).isEmpty();
		assertThat(user(SHOP, null, null)).isEmpty();
	}

	@Test
	void whenUserIsTheMastersOwnThenThereIsNothingToDo() {
		assertThat(user(SHOP, "shop", null)).isEmpty();
		assertThat(user(SHOP, "shop", "shop")).isEmpty();
		assertThat(user(ROOT, "root", null)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", textBlock = """
			shop | -     | 1000  | 1000 | 1000,100
			shop | www   | 1000  | 33   | 33,100
			shop | 54    | 1000  | 54   | 54,100
			4711 | www   | 4711  | 33   | 33
			4711 | 54    | 4711  | 54   | 54
			""")
	void whenMasterIsRootThenWorkersAreThatUserInItsGroups(String user, @Nullable String group, int uid, int gid,
			String groups) {
		requireRoot("whenMasterIsRootThenWorkersAreThatUserInItsGroups");
		Account account = user(ROOT, user, group).orElseThrow().account();
		assertThat(account.uid()).isEqualTo(uid);
		assertThat(account.gid()).isEqualTo(gid);
		assertThat(account.groups().toString()).isEqualTo("[" + groups.replace(",", ", ") + "]");
	}

	@Test
	void whenMasterIsNotRootThenItCannotStartOthers() {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> user(SHOP, "root", null))
			.withMessage("'prefork.user' is set to 'root', but the master runs as shop, and only root can start workers"
					+ " as somebody else.")
			.satisfies((ex) -> assertThat(ex.getRemedy()).startsWith("Start the master as root, or as that user"));
	}

	@Test
	void whenWorkersListenThemselvesThenTheyMustBeTheMastersUser() {
		PreforkProperties properties = new PreforkProperties();
		properties.setUser("shop");
		properties.setReusePort(true);
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> new WorkerUser(new StubAccounts(ROOT)).of(properties))
			.withMessage("'prefork.user' is set to 'shop', but with 'prefork.reuse-port' the kernel lets only processes"
					+ " of one user share a port.");
		assertThat(new WorkerUser(new StubAccounts(SHOP)).of(properties)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-",
			textBlock = """
					nobody-knows | -       | prefork.user  | nobody-knows | which is no user of this machine  | getent passwd
					nobody-knows | www     | prefork.user  | nobody-knows | which is no user of this machine  | getent passwd
					4711         | -       | prefork.user  | 4711         | which is no user of this machine  | numeric id and
					shop         | unknown | prefork.group | unknown      | which is no group of this machine | getent group
					-            | www     | prefork.group | www          | but 'prefork.user' is not set     | Set 'prefork.user'
					""")
	void whenUserOrGroupCannotBeHadThenSettingValueReasonAndRemedyAreNamed(@Nullable String user,
			@Nullable String group, String setting, String value, String reason, String remedy) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> user(ROOT, user, group))
			.withMessage("'" + setting + "' is set to '" + value + "', " + reason + ".")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains(remedy));
	}

	@Test
	void whenWorkersCannotBeStartedSoThenTheReasonIsGiven() {
		boolean root = OperatingSystem.current().accounts().self().isRoot();
		if (root) {
			System.out.println("whenWorkersCannotBeStartedSoThenTheReasonIsGiven is skipped: root can");
		}
		assumeTrue(!root);
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> user(ROOT, "shop", null))
			.withMessageStartingWith("'prefork.user' is set to 'shop', and workers cannot be started so: setpriv: ")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("util-linux"));
	}

	private static void requireRoot(String test) {
		boolean root = OperatingSystem.current().accounts().self().isRoot();
		if (!root) {
			System.out.println(test + " is skipped: only root can start a program as another user");
		}
		assumeTrue(root);
	}

	private static Optional<UserSwitch> user(Account self, @Nullable String user, @Nullable String group) {
		PreforkProperties properties = new PreforkProperties();
		properties.setUser(user);
		properties.setGroup(group);
		return new WorkerUser(new StubAccounts(self)).of(properties);
	}

	private record StubAccounts(Account self) implements Accounts {

		@Override
		public Optional<Account> user(String user) {
			return switch (user) {
				case "root" -> Optional.of(ROOT);
				case "shop", "1000" -> Optional.of(SHOP);
				default -> Optional.empty();
			};
		}

		@Override
		public OptionalInt group(String group) {
			return switch (group) {
				case "shop" -> OptionalInt.of(1000);
				case "www" -> OptionalInt.of(33);
				case "54" -> OptionalInt.of(54);
				default -> OptionalInt.empty();
			};
		}

	}

}
