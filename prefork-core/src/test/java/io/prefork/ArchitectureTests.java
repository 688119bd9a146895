package io.prefork;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * The rules of the house.
 */
class ArchitectureTests {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.prefork");

	@Test
	void whenPoolDecidesThenItKnowsNothingButTheJdk() {
		classes().that()
			.resideInAPackage("io.prefork.pool")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "io.prefork.pool")
			.check(CLASSES);
	}

	@Test
	void whenPoolDecidesThenItHasNoThreadNoClockAndNoInput() {
		noClasses().that()
			.resideInAPackage("io.prefork.pool")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("java.util.concurrent..", "java.io..", "java.nio..", "java.net..")
			.orShould()
			.dependOnClassesThat()
			.belongToAnyOf(Thread.class, java.time.Clock.class)
			.orShould()
			.callMethod(java.time.Instant.class, "now")
			.orShould()
			.callMethod(System.class, "nanoTime")
			.orShould()
			.callMethod(System.class, "currentTimeMillis")
			.check(CLASSES);
	}

	@Test
	void whenPackagesDependOnEachOtherThenThereIsNoCycle() {
		slices().matching("io.prefork.(*)..").should().beFreeOfCycles().check(CLASSES);
	}

}
