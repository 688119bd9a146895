package io.prefork.spring.tomcat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec.InheritedListener;
import io.prefork.worker.WorkerType;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's NIO connector on a listening socket that a worker inherits. Public, and with a
 * public constructor, because Tomcat makes protocol handlers by the name of their class.
 */
public class PreforkHttp11Protocol extends Http11NioProtocol {

	/**
	 * Tomcat's own, AbstractEndpoint.maxKeepAliveRequests.
	 */
	private static final int DEFAULT_KEEP_ALIVE_REQUESTS = 100;

	private final PreforkEndpoint endpoint;

	private final List<PreforkHttp11Protocol> tlsSharedBy = new CopyOnWriteArrayList<>();

	private int keepAliveRequests = DEFAULT_KEEP_ALIVE_REQUESTS;

	private boolean keepingNone;

	private final KeepAliveSwitch keepAliveSwitch = new KeepAliveSwitch(this::announcesClose);

	/**
	 * Makes a protocol handler that has no listening socket yet.
	 */
	public PreforkHttp11Protocol() {
		this(new PreforkEndpoint());
	}

	private PreforkHttp11Protocol(PreforkEndpoint endpoint) {
		super(endpoint);
		this.endpoint = endpoint;
	}

	/**
	 * Says what to accept from, and for whom.
	 */
	void adopt(Worker worker, InheritedListener listener, ListenerChannelSource channels) {
		this.endpoint.adopt(worker, listener, channels);
		configure(worker.settings());
		worker.register(new TomcatServerAdapter(this.endpoint, worker.settings().gracefulTimeout()));
	}

	/**
	 * Requests of all listeners share one pool of threads, so that the number of threads
	 * is that of the worker.
	 */
	void shareThreadsOf(PreforkHttp11Protocol other) {
		this.endpoint.shareThreadsOf(other.endpoint);
	}

	/**
	 * Serves with the certificates of another connector, also when those are replaced.
	 */
	void shareTlsOf(PreforkHttp11Protocol other) {
		setSSLEnabled(true);
		setDefaultSSLHostConfigName(other.getDefaultSSLHostConfigName());
		for (SSLHostConfig host : other.findSslHostConfigs()) {
			addSslHostConfig(host);
		}
		other.tlsSharedBy.add(this);
	}

	@Override
	public void addSslHostConfig(SSLHostConfig host, boolean replace) {
		super.addSslHostConfig(host, replace);
		this.tlsSharedBy.forEach((other) -> other.addSslHostConfig(host, replace));
	}

	private void configure(WorkerSettings settings) {
		setMaxConnections(settings.workerConnections());
		switch (settings.type()) {
			case SYNC -> {
				setExecutor(null);
				setThreads(1);
				this.keepingNone = true;
			}
			case GTHREAD -> {
				Executor executor = getExecutor();
				if (executor instanceof VirtualThreadExecutor) {
					setExecutor(null);
				}
				setThreads((int) Math.min((long) settings.threads() + settings.overflowThreads(), Integer.MAX_VALUE));
			}
			case ASYNC, REACTIVE, CUSTOM -> {
				// Threads as the application and Boot configured them
			}
		}
		if (settings.type() != WorkerType.SYNC) {
			setKeepAliveRequests(settings.clients());
			settings.keepAlive().ifPresent(this::setKeepAlive);
		}
		for (UpgradeProtocol upgradeProtocol : findUpgradeProtocols()) {
			if (upgradeProtocol instanceof Http2Protocol http2) {
				setDrainTimeout(http2, settings.gracefulTimeout());
				// Its requests would be over for the worker while their files are sent
				http2.setUseSendfile(false);
			}
		}
	}

	/**
	 * By default Tomcat ignores streams that begin a round trip after its first GOAWAY.
	 * Clients that are slower than that do not try again if they take any GOAWAY for a
	 * failure, and a stream may have waited for a thread for longer than for its round
	 * trip.
	 */
	private void setDrainTimeout(Http2Protocol http2, Duration timeout) {
		if (http2.getDrainTimeout() == 0) {
			http2.setDrainTimeout(timeout.toNanos());
		}
	}

	private void setThreads(int threads) {
		setMaxThreads(threads);
		setMinSpareThreads(Math.min(getMinSpareThreads(), threads));
	}

	/**
	 * What {@code prefork.*} says goes first, then what the application has set. Tomcat
	 * does not tell what that is before it listens.
	 */
	private void setKeepAliveRequests(ClientLimits limits) {
		boolean said = limits.keepAliveStreams() > 0;
		if (said || this.keepAliveRequests == DEFAULT_KEEP_ALIVE_REQUESTS) {
			setMaxKeepAliveRequests((limits.keepAliveRequests() > 0) ? limits.keepAliveRequests() : -1);
		}
	}

	@Override
	public void setMaxKeepAliveRequests(int requests) {
		this.keepAliveRequests = requests;
		super.setMaxKeepAliveRequests(requests);
	}

	private void setKeepAlive(Duration keepAlive) {
		if (keepAlive.isZero()) {
			this.keepingNone = true;
		}
		else {
			setKeepAliveTimeout((int) Math.min(keepAlive.toMillis(), Integer.MAX_VALUE));
		}
	}

	@Override
	public void setAdapter(Adapter adapter) {
		super.setAdapter(new RequestObserver(adapter, this.endpoint.observation(), this.keepAliveSwitch));
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Asked for when the head of a request has been read. With 1, Tomcat answers
	 * {@code Connection: close}.
	 */
	@Override
	public int getMaxKeepAliveRequests() {
		return (announcesClose() && !KeepAliveSwitch.isAvailable()) ? 1 : super.getMaxKeepAliveRequests();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Asked for when the head of an answer is about to be committed, just before Tomcat
	 * writes the {@code Connection} header: the last moment to decide, for a request that
	 * began before the worker knew that it leaves. Answers without a body (204, 304) and
	 * files sent by the kernel do not come by here; their connections are told at the
	 * next request.
	 */
	@Override
	public boolean useCompression(Request request, Response response) {
		this.keepAliveSwitch.commits(request);
		return super.useCompression(request, response);
	}

	/**
	 * A worker that leaves is left by its clients; one that is full sends those that it
	 * holds on to a worker that is not.
	 */
	private boolean announcesClose() {
		return this.keepingNone || this.endpoint.isClosing() || this.endpoint.sendsElsewhere();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Lets suspended requests run into their asynchronous timeouts, by which answers are
	 * completed as they are. Those that would look whole are broken off before.
	 */
	@Override
	public void stop() throws Exception {
		for (SocketWrapperBase<NioChannel> socket : this.endpoint.getConnections()) {
			TomcatConnection connection = this.endpoint.connectionOf(socket);
			if (connection != null && connection.hasUnfinishedAnswer()) {
				socket.close();
			}
		}
		super.stop();
	}

	@Override
	protected Processor createProcessor() {
		Processor processor = new ObservedProcessor(this, getAdapter(), this.endpoint);
		this.keepAliveSwitch.install(processor);
		return processor;
	}

	@Override
	public @Nullable UpgradeProtocol getNegotiatedProtocol(String name) {
		return observe(super.getNegotiatedProtocol(name));
	}

	@Override
	public @Nullable UpgradeProtocol getUpgradeProtocol(String name) {
		return observe(super.getUpgradeProtocol(name));
	}

	private @Nullable UpgradeProtocol observe(@Nullable UpgradeProtocol protocol) {
		return (protocol != null) ? new ObservedUpgradeProtocol(protocol, this.endpoint) : null;
	}

}
