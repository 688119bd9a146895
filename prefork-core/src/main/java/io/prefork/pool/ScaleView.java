package io.prefork.pool;

import java.util.Map;

/**
 * How the number of workers comes about, at one moment.
 *
 * @param policy name of the rule: {@code static}, {@code spare} or {@code busyness}
 * @param minimum the fewest that the rule goes down to
 * @param maximum the most that there may be
 * @param floor the fewest that the rule goes down to until a command releases it, 0 for
 * none but the minimum
 * @param lastDecision what was decided last and why, empty before the first decision
 * @param decisions decisions so far, by reason
 */
public record ScaleView(String policy, int minimum, int maximum, int floor, String lastDecision,
		Map<ScaleReason, Long> decisions) {
}
