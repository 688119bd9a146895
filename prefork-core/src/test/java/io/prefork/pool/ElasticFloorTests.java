package io.prefork.pool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands to a pool whose number of workers follows the load.
 */
class ElasticFloorTests {

	@Test
	void whenTargetIsSetThenItIsTheFloorUntilReleased() {
		PoolScript script = ElasticityTests.busyness(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleTo(7, 4)))).containsExactly(new Answer.Scaled(2, 4, 4));
		script.up(3);
		script.up(4);
		script.passSeconds(600);
		assertThat(script.view().target()).isEqualTo(4);
		assertThat(script.view().scale().floor()).isEqualTo(4);
		assertThat(PoolScript.replies(script.on(new Event.ScaleAuto(8)))).containsExactly(new Answer.Scaled(4, 4, 0));
		script.passSeconds(75);
		assertThat(script.view().target()).isEqualTo(3);
		assertThat(script.view().scale().floor()).isZero();
	}

	@Test
	void whenTargetIsSetBelowTheMinimumThenItStaysThereUntilReleased() {
		PoolScript script = ElasticityTests.spare(4);
		script.on(new Event.ScaleTo(0, 1));
		assertThat(script.view().target()).isEqualTo(1);
		assertThat(PoolScript.replies(script.on(new Event.ScaleAuto(8)))).containsExactly(new Answer.Scaled(1, 2, 0));
	}

	@Test
	void whenTargetIsAboveTheMaximumOfElasticityThenItIsRefused() {
		PoolScript script = ElasticityTests.spare(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleTo(7, 17))))
			.containsExactly(new Answer.Refused(true, "'workers' must be between 1 and 16 but is 17"));
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(8, 99))))
			.containsExactly(new Answer.Scaled(2, 16, 16));
	}

	@Test
	void whenOneMoreIsAskedForThenTheFloorRisesWithIt() {
		PoolScript script = ElasticityTests.busyness(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(7, 1)))).containsExactly(new Answer.Scaled(2, 3, 3));
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(8, -1)))).containsExactly(new Answer.Scaled(3, 2, 2));
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(9, -1)))).containsExactly(new Answer.Scaled(2, 1, 1));
	}

	@Test
	void whenOneFewerIsAskedForAboveTheFloorThenTheFloorStays() {
		PoolScript script = ElasticityTests.busyness(5);
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(7, -1)))).containsExactly(new Answer.Scaled(5, 4, 0));
		script.on(new Event.ScaleTo(0, 3));
		script.on(new Event.ScaleBy(0, 2));
		assertThat(script.view().scale().floor()).isEqualTo(5);
	}

	@Test
	void whenTheFloorIsSetThenTheLoadStillAddsWorkers() {
		PoolScript script = ElasticityTests.busyness(2);
		script.on(new Event.ScaleTo(0, 2));
		script.loadAll(8);
		script.passSeconds(15);
		assertThat(script.view().target()).isEqualTo(4);
	}

	@Test
	void whenThePoolIsNotElasticThenThereIsNoFloorAndNothingToRelease() {
		PoolScript script = PoolScript.running(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleTo(7, 3)))).containsExactly(new Answer.Scaled(2, 3, 0));
		assertThat(PoolScript.replies(script.on(new Event.ScaleAuto(8))))
			.containsExactly(new Answer.Refused(true, "'workers' cannot be 'auto' under the policy 'static'"));
		assertThat(script.view().target()).isEqualTo(3);
	}

}
