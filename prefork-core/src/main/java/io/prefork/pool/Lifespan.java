package io.prefork.pool;

import java.time.Duration;

/**
 * How long one worker serves, drawn when it is spawned: workers that start together do
 * not fall due together.
 *
 * @param requests answered requests after which it is replaced, {@link Long#MAX_VALUE}
 * for never
 * @param age time of being ready after which it is replaced, zero for never
 */
record Lifespan(long requests, Duration age) {
}
