package io.prefork.pool;

/**
 * The rules by which places are kept filled. Values, checked when made.
 *
 * @param spares workers beyond the target that are up and do not accept, each to take the
 * place of one that is lost, at least 0
 * @param bootsWhileServing how many workers may be booting at the same time while half of
 * the target accepts, at least 1
 * @param respawn when a place that a crash has left is filled again
 */
public record StaffingPolicy(int spares, int bootsWhileServing, RespawnPolicy respawn) {

	public StaffingPolicy {
		if (spares < 0) {
			throw new IllegalArgumentException("'spares' must not be negative but is " + spares);
		}
		if (bootsWhileServing < 1) {
			throw new IllegalArgumentException("'bootsWhileServing' must be at least 1 but is " + bootsWhileServing);
		}
	}

}
