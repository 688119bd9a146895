package sample.prefork;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.prefork.worker.WorkerClass;
import io.prefork.worker.WorkerSettings;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * A worker class of the application's own, used with
 * {@code prefork.worker-class=sample.prefork.SampleWorkers}: requests run on threads that
 * it made.
 */
public class SampleWorkers implements WorkerClass {

	/**
	 * Beginning of the names of the threads that run requests.
	 */
	public static final String THREADS = "sample-request-";

	@Override
	public Executor executor(WorkerSettings settings) {
		return new ThreadPoolExecutor(settings.threads(), settings.threads(), 0, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), new CustomizableThreadFactory(THREADS));
	}

}
