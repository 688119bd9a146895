package io.prefork.spring.launch;

import java.util.EnumMap;
import java.util.Map;

import io.prefork.os.ResourceLimits;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.LimitProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LimitSettingsTests {

	private final LimitProperties properties = new LimitProperties();

	private final StubLimits limits = new StubLimits();

	@Test
	void whenNothingIsSetThenLimitsAreInherited() {
		LimitSettings.apply(this.properties, this.limits);
		assertThat(this.limits.set).isEmpty();
	}

	@Test
	void whenOpenFilesAreSetThenBothLimitsAre() {
		this.properties.setOpenFiles(1024L);
		LimitSettings.apply(this.properties, this.limits);
		assertThat(this.limits.set)
			.isEqualTo(Map.of(ResourceLimits.Resource.OPEN_FILES, new ResourceLimits.Limit(1024, 1024)));
	}

	@Test
	void whenCoreSizeIsSetThenTheHardLimitStays() {
		this.properties.setCoreSize(DataSize.ofBytes(0));
		LimitSettings.apply(this.properties, this.limits);
		assertThat(this.limits.set)
			.isEqualTo(Map.of(ResourceLimits.Resource.CORE_SIZE, new ResourceLimits.Limit(0, 4096)));
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, 0, 255, 1_048_577 })
	void whenOpenFilesAreOutOfBoundsThenSettingAndBoundsAreNamed(long files) {
		this.properties.setOpenFiles(files);
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> LimitSettings.check(this.properties))
			.withMessage(
					"'prefork.limits.open-files' is set to '" + files + "', which is not between 256 and 1048576.");
	}

	@Test
	void whenCoreSizeIsNegativeThenThatIsSaid() {
		this.properties.setCoreSize(DataSize.ofBytes(-1));
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> LimitSettings.check(this.properties))
			.withMessage("'prefork.limits.core-size' is set to '-1B', which is negative.");
	}

	@Test
	void whenLimitIsAboveTheHardOneThenThatAndTheRemedyAreNamed() {
		this.properties.setOpenFiles(8192L);
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> LimitSettings.apply(this.properties, this.limits))
			.withMessage("'prefork.limits.open-files' is set to '8192', which is above the hard limit of 4096 that this"
					+ " process was given.")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("LimitNOFILE=", "ulimit -H"));
	}

	private static final class StubLimits implements ResourceLimits {

		final Map<Resource, Limit> set = new EnumMap<>(Resource.class);

		@Override
		public Limit get(Resource resource) {
			return new Limit(1024, 4096);
		}

		@Override
		public boolean trySet(Resource resource, Limit limit) {
			if (limit.hard() > 4096) {
				return false;
			}
			this.set.put(resource, limit);
			return true;
		}

	}

}
