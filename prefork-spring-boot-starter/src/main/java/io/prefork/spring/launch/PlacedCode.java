package io.prefork.spring.launch;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.prefork.launch.BrokenArchiveException;
import io.prefork.launch.CacheDirectory;
import io.prefork.launch.CodeInPlace;
import io.prefork.launch.EntryPoint;
import io.prefork.launch.JvmImage;
import io.prefork.launch.LaidOutCode;
import io.prefork.launch.WorkerCode;
import io.prefork.spring.InvalidSettingException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.util.StringUtils;

/**
 * Decides where workers run from: from code laid out in {@code prefork.cache-dir}, or
 * from where the application is.
 */
final class PlacedCode {

	/**
	 * Value of {@code prefork.cache-dir}.
	 */
	private static final String NONE = "none";

	private static final String SETTING = "prefork.cache-dir";

	private static final Log logger = LogFactory.getLog(PlacedCode.class);

	private final JvmImage image;

	private final Optional<String> hindrance;

	private final Optional<String> setting;

	/**
	 * Makes the decision ready to be taken.
	 * @param image what the master was started with
	 * @param hindrance why nothing can be laid out, a clause, or empty
	 * @param setting {@code prefork.cache-dir}
	 */
	PlacedCode(JvmImage image, Optional<String> hindrance, Optional<String> setting) {
		this.image = image;
		this.hindrance = hindrance;
		this.setting = setting.filter(StringUtils::hasText).map(String::strip);
	}

	/**
	 * Code as long as nothing was made ready.
	 */
	WorkerCode undecided() {
		return inPlace("no code was made ready");
	}

	/**
	 * Decides, and makes the code of the first generation ready.
	 * @param generation the first generation
	 * @param candidates where to lay out if no directory was chosen, best first
	 * @return the code
	 * @throws IOException if the application is not whole
	 * @throws InvalidSettingException if {@code prefork.cache-dir} cannot be used
	 */
	WorkerCode first(int generation, List<Path> candidates) throws IOException {
		return begin(candidates, (code) -> code.prepareCurrent(generation));
	}

	/**
	 * Decides, and goes on with the code of a generation that was made ready before this
	 * process became what it is.
	 * @param generation the generation
	 * @param id what identifies its code, or empty if that was where the application is
	 * @param candidates where to lay out if no directory was chosen, best first
	 * @return the code
	 * @throws IOException if the application is not whole
	 * @throws InvalidSettingException if {@code prefork.cache-dir} cannot be used
	 */
	WorkerCode resumed(int generation, Optional<String> id, List<Path> candidates) throws IOException {
		return begin(candidates, (code) -> code.resume(generation, id));
	}

	private WorkerCode begin(List<Path> candidates, Beginning beginning) throws IOException {
		Optional<String> obstacle = obstacle();
		if (obstacle.isPresent()) {
			logger.info("Workers run from where the application is: " + obstacle.get());
			return inPlace(obstacle.get());
		}
		EntryPoint.Jar jar = (EntryPoint.Jar) this.image.entryPoint();
		return this.setting.isPresent() ? inChosen(this.setting.get(), beginning, jar)
				: inFirstOf(candidates, beginning, jar);
	}

	private Optional<String> obstacle() {
		if (this.setting.filter(NONE::equals).isPresent()) {
			return Optional.of("'" + SETTING + "' is '" + NONE + "'");
		}
		if (!(this.image.entryPoint() instanceof EntryPoint.Jar)) {
			return Optional.of("it was not started with -jar");
		}
		return this.hindrance;
	}

	private WorkerCode inChosen(String directory, Beginning beginning, EntryPoint.Jar jar) throws IOException {
		try {
			return in(this.image.workingDirectory().resolve(directory), beginning, jar);
		}
		catch (BrokenArchiveException ex) {
			throw ex;
		}
		catch (IOException ex) {
			throw new InvalidSettingException(SETTING, directory,
					"in which the application cannot be laid out: " + describe(ex),
					"Set '" + SETTING + "' to a directory that the user " + System.getProperty("user.name")
							+ " may write to, with room for the application, or to '" + NONE
							+ "' to run workers from the jar itself.");
		}
	}

	private WorkerCode inFirstOf(List<Path> candidates, Beginning beginning, EntryPoint.Jar jar) throws IOException {
		List<String> failures = new ArrayList<>();
		for (Path candidate : candidates) {
			try {
				return in(candidate, beginning, jar);
			}
			catch (BrokenArchiveException ex) {
				throw ex;
			}
			catch (IOException ex) {
				failures.add(candidate + ": " + describe(ex));
			}
		}
		logger.warn("Workers run from the jar itself: they start slower, and it must not be replaced while they run."
				+ " It can be laid out nowhere (" + String.join("; ", failures) + "). Set '" + SETTING
				+ "' to a directory that can be written to, or to '" + NONE + "'");
		return inPlace("it could be laid out nowhere");
	}

	private WorkerCode in(Path parent, Beginning beginning, EntryPoint.Jar jar) throws IOException {
		WorkerCode code = LaidOutCode.in(CacheDirectory.in(parent), this.image, jar);
		beginning.with(code);
		return code;
	}

	private CodeInPlace inPlace(String reason) {
		return new CodeInPlace(this.image.entryPoint(), reason);
	}

	private static String describe(IOException ex) {
		return (ex instanceof FileSystemException)
				? ex.getClass().getSimpleName().replaceAll("Exception$", "") + " " + ex.getMessage()
				: String.valueOf(ex.getMessage());
	}

	/**
	 * What is done with code first.
	 */
	@FunctionalInterface
	private interface Beginning {

		void with(WorkerCode code) throws IOException;

	}

}
