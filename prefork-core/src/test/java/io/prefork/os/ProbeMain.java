package io.prefork.os;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

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
			case "receive-hang-up" -> receiveHangUp();
			case "replace" -> replace(List.of(arguments).subList(1, arguments.length));
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

	/**
	 * Becomes another program, with one of two sockets kept.
	 */
	private static void replace(List<String> command) throws Exception {
		Signals.handle(Signal.HUP, () -> {
		});
		OperatingSystem os = OperatingSystem.current();
		ListenOptions options = new ListenOptions(16, false, Duration.ZERO);
		Listener kept = os.listen(BindAddress.parse("127.0.0.1:0"), options);
		Listener closed = os.listen(BindAddress.parse("127.0.0.1:0"), options);
		System.out.println(ProcessHandle.current().pid() + " " + kept.descriptor() + " " + closed.descriptor());
		System.out.flush();
		List<byte[]> arguments = command.stream().map(CStrings::bytes).toList();
		ProgramImage image = new ProgramImage(Path.of(command.get(0)), arguments, ProgramImage.current().environment());
		try {
			os.succession()
				.replace(new ProgramImage(Path.of("/nowhere/sh"), arguments, List.of()), Set.of(kept.descriptor()),
						() -> true);
		}
		catch (IOException ex) {
			System.out
				.println(ex.getMessage() + " " + Processes.ignores((int) ProcessHandle.current().pid(), Signal.HUP));
			System.out.flush();
		}
		os.succession().replace(image, Set.of(kept.descriptor()), () -> false);
		os.succession().replace(image.with("LEFT", "x=y"), Set.of(kept.descriptor()), () -> true);
	}

	/**
	 * Is started with HUP ignored.
	 */
	private static void receiveHangUp() throws Exception {
		OperatingSystem os = OperatingSystem.current();
		int pid = (int) ProcessHandle.current().pid();
		CountDownLatch received = new CountDownLatch(1);
		Signals.handle(Signal.TTIN, () -> System.out.println("wrong"));
		Signals.handle(Signal.HUP, received::countDown);
		System.out.println(Processes.ignores(pid, Signal.HUP));
		os.succession().receiveHangUp(Signal.TTIN);
		os.kill(pid, Signal.HUP);
		received.await();
		System.out.println("received");
	}

	private static void handleSignals() {
		for (Signal signal : List.of(Signal.HUP, Signal.INT, Signal.TERM, Signal.WINCH)) {
			System.out.println(signal + " " + Signals.handle(signal, () -> {
			}));
		}
	}

}
