package io.prefork.worker;

import java.util.concurrent.Executor;

/**
 * A worker class of the user's own: says what runs requests. Named by
 * {@code prefork.worker-class}, either as a class ({@code com.example.MyWorkerClass}) or
 * as a bean ({@code @myWorkerClass}).
 * <p>
 * Everything else is as with {@code gthread}: {@code prefork.threads} bounds the requests
 * that are served at a time, connections are kept alive, and the worker leaves without
 * losing a request. A request holds its slot from beginning to end.
 */
@FunctionalInterface
public interface WorkerClass {

	/**
	 * Makes what runs requests. Called once in each worker, before its server starts.
	 * <p>
	 * The executor must run each task, or reject it, which breaks off the connection. It
	 * should not run tasks on the calling thread, which is one of the server's own and
	 * may be needed by other connections. It is given no more than
	 * {@code settings.threads()} tasks at a time, unless it is a
	 * {@code ThreadPoolExecutor} of no more threads, which may queue any number. On
	 * Tomcat some tasks do no more than read or close connections, and a request that is
	 * handled asynchronously leaves its task and counts no more in this. If it is
	 * {@link AutoCloseable} or an {@code ExecutorService}, it is closed or shut down
	 * after the server.
	 * @param settings how the worker serves
	 * @return the executor
	 */
	Executor executor(WorkerSettings settings);

}
