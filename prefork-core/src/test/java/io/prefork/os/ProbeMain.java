package io.prefork.os;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that tests start, for what can only be seen in a JVM of its own.
 */
final class ProbeMain {

	static final List<String> OPENS = List.of("--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens",
			"java.base/java.io=ALL-UNNAMED");

	private ProbeMain() {
	}

	static List<String> command(List<String> flags, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(flags);
		command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
				System.getProperty("java.class.path"), ProbeMain.class.getName()));
		command.addAll(List.of(arguments));
		return command;
	}

	public static void main(String[] arguments) throws Exception {
		switch (arguments[0]) {
			case "restore-output" -> restoreOutput();
			case "adopt" -> adopt();
			case "handle-signals" -> handleSignals();
			default -> throw new IllegalArgumentException(arguments[0]);
		}
	}

	private static void restoreOutput() throws Exception {
		System.out.println("to the boot log");
		InheritedDescriptors.duplicate(SpawnRequest.FIRST_DESCRIPTOR, 1);
		InheritedDescriptors.close(SpawnRequest.FIRST_DESCRIPTOR);
		System.out.println("to the console");
	}

	private static void adopt() throws Exception {
		try {
			InheritedDescriptors.adopt(SpawnRequest.FIRST_DESCRIPTOR, Listener.Family.INET);
		}
		catch (IllegalStateException ex) {
			System.out.println(ex);
		}
	}

	private static void handleSignals() {
		for (Signal signal : List.of(Signal.HUP, Signal.INT, Signal.TERM, Signal.WINCH)) {
			System.out.println(signal + " " + Signals.handle(signal, () -> {
			}));
		}
	}

}
