package io.prefork.spring.custom;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerClass;
import io.prefork.worker.WorkerType;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The executor of the {@link WorkerClass} that {@code prefork.worker-class} names; made
 * when it is first asked for, if this process is a worker of such a class.
 */
final class CustomExecutor implements DisposableBean {

	private static final String SETTING = "prefork.worker-class";

	private final Supplier<Optional<Worker>> worker;

	private final AutowireCapableBeanFactory beans;

	private final Environment environment;

	private @Nullable Executor executor;

	CustomExecutor(Supplier<Optional<Worker>> worker, AutowireCapableBeanFactory beans, Environment environment) {
		this.worker = worker;
		this.beans = beans;
		this.environment = environment;
	}

	/**
	 * The executor.
	 * @return the executor, or empty if requests are run as the server does
	 * @throws InvalidSettingException if the setting names nothing that is a worker class
	 */
	synchronized Optional<Executor> get() {
		if (this.executor == null) {
			this.executor = this.worker.get()
				.filter((worker) -> worker.settings().type() == WorkerType.CUSTOM)
				.map((worker) -> workerClass().executor(worker.settings()))
				.orElse(null);
		}
		return Optional.ofNullable(this.executor);
	}

	/**
	 * The executor, which gets no more tasks at a time than the worker serves requests.
	 * @return the executor, or empty if requests are run as the server does
	 */
	Optional<Executor> getBounded() {
		return get().map((executor) -> BoundedExecutor.bound(executor,
				this.worker.get().map((worker) -> worker.settings().slots()).orElse(Integer.MAX_VALUE)));
	}

	private WorkerClass workerClass() {
		String name = this.environment.getRequiredProperty(SETTING).strip();
		return name.startsWith("@") ? bean(name) : instance(name);
	}

	private WorkerClass bean(String name) {
		try {
			return ((BeanFactory) this.beans).getBean(name.substring(1), WorkerClass.class);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw new InvalidSettingException(SETTING, name, "but the application has no such bean",
					"Declare a bean '" + name.substring(1) + "' of type " + WorkerClass.class.getName()
							+ ", or correct '" + SETTING + "'.");
		}
		catch (BeanNotOfRequiredTypeException ex) {
			throw new InvalidSettingException(SETTING, name, "which is a " + ex.getActualType().getName(),
					"Name a bean of type " + WorkerClass.class.getName() + ".");
		}
	}

	private WorkerClass instance(String name) {
		try {
			Class<?> type = ClassUtils.forName(name, null);
			if (!WorkerClass.class.isAssignableFrom(type)) {
				throw new InvalidSettingException(SETTING, name, "which is no worker class",
						"Let it implement " + WorkerClass.class.getName() + ".");
			}
			return (WorkerClass) this.beans.createBean(type);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new InvalidSettingException(SETTING, name, "which cannot be loaded (" + ex + ")",
					"Name a class on the class path, with its package.");
		}
	}

	@Override
	public synchronized void destroy() throws Exception {
		if (this.executor instanceof ExecutorService service) {
			service.shutdown();
		}
		else if (this.executor instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

}
