package io.prefork.spring.netty;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GoAway}.
 */
class GoAwayTests {

	private static final int LAST_STREAM = 5;

	private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

	private Http2PingFrame ping;

	@BeforeEach
	void tell() {
		this.channel.freezeTime();
		ChannelHandlerContext codec = this.channel.pipeline().firstContext();
		GoAway.tell(codec, LAST_STREAM);
		this.ping = this.channel.readOutbound();
	}

	@AfterEach
	void close() {
		this.channel.finishAndReleaseAll();
	}

	@Test
	void whenClientAnswersThePingThenItIsToldToGoAway() {
		assertThat((Object) this.channel.readOutbound()).isNull();
		answerPing();
		assertThat((Object) this.channel.readOutbound()).isInstanceOfSatisfying(Http2GoAwayFrame.class,
				(frame) -> assertThat(frame.extraStreamIds()).isEqualTo(Integer.MAX_VALUE));
	}

	@Test
	void whenStreamBeginsBeforeClientIsToldThenItIsServedAfterwards() {
		Http2Frame headers = new DefaultHttp2HeadersFrame(new DefaultHttp2Headers(), true);
		this.channel.writeInbound(headers);
		assertThat((Object) this.channel.readInbound()).isNull();
		answerPing();
		assertThat((Object) this.channel.readOutbound()).isInstanceOf(Http2GoAwayFrame.class);
		assertThat((Object) this.channel.readInbound()).isSameAs(headers);
		Http2Frame later = new DefaultHttp2HeadersFrame(new DefaultHttp2Headers(), true);
		this.channel.writeInbound(later);
		assertThat((Object) this.channel.readInbound()).isSameAs(later);
	}

	@Test
	void whenStreamIsAnsweredMeanwhileThenClientIsAskedAgain() {
		Http2Frame answer = new DefaultHttp2DataFrame(true);
		this.channel.writeOutbound(answer);
		answerPing();
		assertThat(List.<Object>of(this.channel.readOutbound(), this.channel.readOutbound())).satisfiesExactly(
				(frame) -> assertThat(frame).isSameAs(answer), (frame) -> assertThat(frame).isEqualTo(this.ping));
		answerPing();
		assertThat((Object) this.channel.readOutbound()).isInstanceOf(Http2GoAwayFrame.class);
	}

	@Test
	void whenClientDoesNotAnswerThePingThenItIsToldAllTheSameAndOnce() {
		this.channel.advanceTimeBy(1, TimeUnit.SECONDS);
		this.channel.runScheduledPendingTasks();
		assertThat((Object) this.channel.readOutbound()).isInstanceOf(Http2GoAwayFrame.class);
		answerPing();
		assertThat((Object) this.channel.readOutbound()).isNull();
	}

	@Test
	void whenStreamIsBegunAndResetBeforeClientIsToldThenItsFramesAreDropped() {
		TestStream stream = new TestStream(LAST_STREAM + 2);
		ByteBuf bytes = Unpooled.copiedBuffer("bytes", StandardCharsets.US_ASCII);
		this.channel.writeInbound(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()).stream(stream),
				new DefaultHttp2DataFrame(bytes).stream(stream),
				new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(stream));
		stream.state = Http2Stream.State.CLOSED;
		answerPing();
		assertThat((Object) this.channel.readInbound()).isNull();
		assertThat(bytes.refCnt()).isZero();
	}

	@Test
	void whenStreamBegunEarlierIsResetBeforeClientIsToldThenItHearsOfIt() {
		TestStream stream = new TestStream(LAST_STREAM);
		Http2Frame reset = new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(stream);
		this.channel.writeInbound(reset);
		stream.state = Http2Stream.State.CLOSED;
		answerPing();
		assertThat((Object) this.channel.readInbound()).isSameAs(reset);
	}

	private void answerPing() {
		this.channel.writeInbound(new DefaultHttp2PingFrame(this.ping.content(), true));
	}

	private static final class TestStream implements Http2FrameStream {

		private final int id;

		private Http2Stream.State state = Http2Stream.State.OPEN;

		private TestStream(int id) {
			this.id = id;
		}

		@Override
		public int id() {
			return this.id;
		}

		@Override
		public Http2Stream.State state() {
			return this.state;
		}

	}

}
