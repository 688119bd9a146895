package io.prefork.spring;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.prefork.worker.PreforkRequest;
import jakarta.servlet.ServletContext;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;

/**
 * Uploads, streams, long polls and WebSockets that the compatibility kits ask of an
 * application, servlet or reactive. A reactive one whose server is not the one that
 * Spring takes for granted has a bean of type {@link RequestUpgradeStrategy}.
 */
@Configuration(proxyBeanMethods = false)
@Import({ LongLivedExchanges.Streams.class, LongLivedExchanges.LongPoll.class,
		LongLivedExchanges.ServletWebSocket.class, LongLivedExchanges.ReactiveWebSocket.class })
class LongLivedExchanges {

	static final String WEB_SOCKET = "/long/socket";

	static final String HELD_WEB_SOCKET = "/long/held-socket";

	@RestController
	@RequestMapping("/long")
	static class Streams {

		private static final int BIG = 32 * 1024 * 1024;

		private final Holds holds;

		Streams(Holds holds) {
			this.holds = holds;
		}

		@PostMapping("/upload")
		String upload(@RequestBody byte[] body) {
			return body.length + " bytes";
		}

		@GetMapping("/extended")
		CompletableFuture<String> extended() {
			PreforkRequest.extendDeadline(Duration.ofMinutes(1));
			return this.holds.released().copy();
		}

		@GetMapping("/big")
		byte[] big() {
			return new byte[BIG];
		}

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events() {
			return Flux.just("first").concatWith(Mono.fromFuture(this.holds.released(), true));
		}

		@GetMapping(path = "/endless", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> endless() {
			return Flux.just("first").concatWith(Flux.never());
		}

		@GetMapping(path = "/unfinished", produces = MediaType.APPLICATION_NDJSON_VALUE)
		Flux<Integer> unfinished() {
			return Flux.just(1).concatWith(Flux.never());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static class ServletWebSocket {

		@Bean
		SmartInitializingSingleton webSocketEndpoints(ServletContext context, Holds holds) {
			return () -> {
				try {
					ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
					container.addEndpoint(EchoEndpoint.class);
					container.addEndpoint(ServerEndpointConfig.Builder.create(HeldEndpoint.class, HELD_WEB_SOCKET)
						.configurator(new Holding(holds))
						.build());
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			};
		}

	}

	@RestController
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static class LongPoll {

		@GetMapping("/long/poll")
		DeferredResult<String> poll() {
			return new DeferredResult<>(Duration.ofMinutes(5).toMillis(), "nothing new");
		}

	}

	@ServerEndpoint(WEB_SOCKET)
	public static class EchoEndpoint {

		@OnMessage
		public String echo(String text) {
			return text;
		}

	}

	/**
	 * Takes its time to begin.
	 */
	public static class HeldEndpoint extends Endpoint {

		private final Holds holds;

		HeldEndpoint(Holds holds) {
			this.holds = holds;
		}

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			this.holds.hold();
		}

	}

	private static final class Holding extends ServerEndpointConfig.Configurator {

		private final Holds holds;

		private Holding(Holds holds) {
			this.holds = holds;
		}

		@Override
		public <T> T getEndpointInstance(Class<T> type) {
			return type.cast(new HeldEndpoint(this.holds));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class ReactiveWebSocket implements WebFluxConfigurer {

		private final Optional<RequestUpgradeStrategy> strategy;

		ReactiveWebSocket(ObjectProvider<RequestUpgradeStrategy> strategy) {
			this.strategy = strategy.stream().findFirst();
		}

		@Override
		public @Nullable WebSocketService getWebSocketService() {
			return this.strategy.map(HandshakeWebSocketService::new).orElse(null);
		}

		@Bean
		SimpleUrlHandlerMapping echoMapping() {
			WebSocketHandler echo = (session) -> session
				.send(session.receive().map(WebSocketMessage::getPayloadAsText).map(session::textMessage));
			return new SimpleUrlHandlerMapping(Map.of(WEB_SOCKET, echo), -1);
		}

	}

}
