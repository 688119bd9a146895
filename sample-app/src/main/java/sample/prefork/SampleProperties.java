package sample.prefork;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the sample application.
 *
 * @param version what {@code GET /version} answers
 * @param traceFile file to which the application's own code appends a line each time it
 * runs, none by default
 * @param bootDelay how long the application takes longer to start
 * @param bootFailureFile if this file exists the application fails to start, in the way
 * that its content says; see {@link BootRehearsal}
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("1") String version, @Nullable Path traceFile,
		@DefaultValue("0s") Duration bootDelay, @Nullable Path bootFailureFile) {

}
