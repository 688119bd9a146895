package io.prefork.spring;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of the house, for the starter and for what it shows of itself.
 */
class ArchitectureTests {

	private static final JavaClasses STARTER = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.prefork.spring");

	@Test
	void whenPackagesDependOnEachOtherThenThereIsNoCycle() {
		slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(STARTER);
	}

	@Test
	void whenCoreIsUsedThenItKnowsNothingOfSpring() {
		JavaClasses core = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.withImportOption((location) -> !location.contains("/io/prefork/spring"))
			.importPackages("io.prefork");
		noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework..").check(core);
	}

	@Test
	void whenClassIsAnAutoConfigurationThenItIsFinalAndPublic() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.bePublic()
			.check(STARTER);
	}

	@Test
	void whenTypeIsPublicThenSomebodyElseNeedsIt() {
		assertThat(STARTER).filteredOn(ArchitectureTests::isPublicTopLevel)
			.extracting(JavaClass::getName)
			.containsExactlyInAnyOrder("io.prefork.spring.HookProperties", "io.prefork.spring.InvalidSettingException",
					"io.prefork.spring.LimitProperties", "io.prefork.spring.PreforkProperties",
					"io.prefork.spring.RespawnProperties", "io.prefork.spring.RolloutProperties",
					"io.prefork.spring.ScaleProperties", "io.prefork.spring.WorkerExitedEvent",
					"io.prefork.spring.WorkerAbortingEvent", "io.prefork.spring.WorkerEvent",
					"io.prefork.spring.WorkerExitingEvent", "io.prefork.spring.WorkerLeavingEvent",
					"io.prefork.spring.WorkerReadyEvent", "io.prefork.spring.WorkersChangedEvent",
					"io.prefork.spring.actuate.PreforkActuatorAutoConfiguration",
					"io.prefork.spring.actuate.PreforkEndpoint",
					"io.prefork.spring.custom.PreforkWorkerClassAutoConfiguration",
					"io.prefork.spring.jetty.PreforkJettyAutoConfiguration",
					"io.prefork.spring.master.JettyManagementAutoConfiguration",
					"io.prefork.spring.master.MasterApplication", "io.prefork.spring.master.MasterAutoConfigurations",
					"io.prefork.spring.netty.PreforkNettyAutoConfiguration",
					"io.prefork.spring.netty.PreforkNettyMasterAutoConfiguration",
					// Boot makes another one for the management port.
					"io.prefork.spring.netty.MasterWebServerFactory",
					// Tomcat instantiates it by name.
					"io.prefork.spring.tomcat.PreforkHttp11Protocol",
					"io.prefork.spring.tomcat.PreforkTomcatAutoConfiguration");
	}

	@Test
	void whenPackageIsOursThenItIsNullMarked() {
		assertThat(STARTER).extracting(JavaClass::getPackage)
			.allMatch((house) -> house.isAnnotatedWith(NullMarked.class), "annotated with @NullMarked");
	}

	private static boolean isPublicTopLevel(JavaClass type) {
		return type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC);
	}

	/**
	 * The base package is a slice like any other.
	 */
	private static final class ByPackage implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return type.getPackageName().startsWith("io.prefork.spring") ? SliceIdentifier.of(type.getPackageName())
					: SliceIdentifier.ignore();
		}

		@Override
		public String getDescription() {
			return "packages of the starter";
		}

	}

}
