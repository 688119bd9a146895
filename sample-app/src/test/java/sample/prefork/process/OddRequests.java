package sample.prefork.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Requests at the edge of HTTP/1.1 (RFC 9112) and beyond, by which request smuggling and
 * other mischief is done, to compare what two servers make of them. Each is followed by
 * an ordinary request on the same connection, which shows where the server believed the
 * first one to end.
 */
final class OddRequests {

	private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

	private static final String NEXT = "GET /whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

	private static final Map<String, String> ALL = new LinkedHashMap<>();

	static {
		firstLines();
		heads();
		lengths();
		chunks();
	}

	private OddRequests() {
	}

	/**
	 * Sends all of them.
	 * @param address where to
	 * @return for each by name the statuses that came until the end of the connection
	 */
	static Map<String, String> sendTo(InetSocketAddress address) {
		Map<String, String> outcomes = new LinkedHashMap<>();
		ALL.forEach((name, request) -> outcomes.put(name, send(address, request + NEXT)));
		return outcomes;
	}

	private static String send(InetSocketAddress address, String request) {
		ByteArrayOutputStream answer = new ByteArrayOutputStream();
		String end = "closed";
		try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
			socket.setSoTimeout(5000);
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			InputStream in = socket.getInputStream();
			for (int next = in.read(); next >= 0; next = in.read()) {
				answer.write(next);
			}
		}
		catch (SocketTimeoutException ex) {
			end = "open";
		}
		catch (IOException ex) {
			// A server that closes before it has read all resets the connection.
		}
		return STATUS.matcher(answer.toString(StandardCharsets.ISO_8859_1))
			.results()
			.map((MatchResult status) -> status.group(1) + " ")
			.collect(Collectors.joining()) + end;
	}

	private static void firstLines() {
		ALL.put("ordinary", head("GET /whoami HTTP/1.1"));
		ALL.put("empty lines first", "\r\n\r\n" + head("GET /whoami HTTP/1.1"));
		ALL.put("method alone", "GET\r\n\r\n");
		ALL.put("no words at all", "\u0001\u0002\u00ff\r\n\r\n");
		ALL.put("HTTP/0.9", "GET /whoami\r\n\r\n");
		ALL.put("HTTP/1.0", "GET /whoami HTTP/1.0\r\n\r\n");
		ALL.put("HTTP/1.0 kept alive", "GET /whoami HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		ALL.put("version unknown", head("GET /whoami HTTP/3.7"));
		ALL.put("version in lower case", head("GET /whoami http/1.1"));
		ALL.put("two spaces", head("GET  /whoami HTTP/1.1"));
		ALL.put("word too many", head("GET /whoami now HTTP/1.1"));
		ALL.put("method in lower case", head("get /whoami HTTP/1.1"));
		ALL.put("method unknown", head("BREW /whoami HTTP/1.1"));
		ALL.put("method no token", head("GE(T /whoami HTTP/1.1"));
		ALL.put("TRACE", head("TRACE /whoami HTTP/1.1"));
		ALL.put("absolute-form", head("GET http://localhost/whoami HTTP/1.1"));
		ALL.put("absolute-form of another host", head("GET http://example.org/whoami HTTP/1.1"));
		ALL.put("authority-form", head("CONNECT localhost:80 HTTP/1.1"));
		ALL.put("asterisk-form", head("OPTIONS * HTTP/1.1"));
		ALL.put("asterisk in a GET", head("GET * HTTP/1.1"));
		ALL.put("path without slash", head("GET whoami HTTP/1.1"));
		ALL.put("path above the root", head("GET /../whoami HTTP/1.1"));
		ALL.put("encoded slash", head("GET /a%2fwhoami HTTP/1.1"));
		ALL.put("encoded NUL", head("GET /who%00ami HTTP/1.1"));
		ALL.put("half an encoding", head("GET /whoami%2 HTTP/1.1"));
		ALL.put("NUL in the path", head("GET /who\u0000ami HTTP/1.1"));
		ALL.put("backslash", head("GET /\\whoami HTTP/1.1"));
		ALL.put("fragment", head("GET /whoami#here HTTP/1.1"));
		ALL.put("path not in ASCII", head("GET /whoami\u00e4 HTTP/1.1"));
		ALL.put("brackets in the query", head("GET /whoami?a[]={} HTTP/1.1"));
	}

	private static void heads() {
		ALL.put("no Host", "GET /whoami HTTP/1.1\r\n\r\n");
		ALL.put("two Hosts", head("GET /whoami HTTP/1.1", "Host: example.org"));
		ALL.put("Host that is none", "GET /whoami HTTP/1.1\r\nHost: a/b@c\r\n\r\n");
		ALL.put("Host that is empty", "GET /whoami HTTP/1.1\r\nHost:\r\n\r\n");
		ALL.put("bare line feeds", "GET /whoami HTTP/1.1\nHost: localhost\n\n");
		ALL.put("bare carriage return", head("GET /whoami HTTP/1.1", "X: a\rb"));
		ALL.put("folded", head("GET /whoami HTTP/1.1", "X: a\r\n b"));
		ALL.put("space before the colon", head("GET /whoami HTTP/1.1", "X : a"));
		ALL.put("space in a name", head("GET /whoami HTTP/1.1", "X Y: a"));
		ALL.put("no colon", head("GET /whoami HTTP/1.1", "X"));
		ALL.put("no name", head("GET /whoami HTTP/1.1", ": a"));
		ALL.put("NUL in a value", head("GET /whoami HTTP/1.1", "X: a\u0000b"));
		ALL.put("NUL in a name", head("GET /whoami HTTP/1.1", "X\u0000: a"));
		ALL.put("value not in ASCII", head("GET /whoami HTTP/1.1", "X: \u00e4"));
		ALL.put("head too long", head("GET /whoami HTTP/1.1", "X: " + "a".repeat(10_000)));
		ALL.put("path too long", head("GET /" + "a".repeat(10_000) + " HTTP/1.1"));
		ALL.put("too many headers", head("GET /whoami HTTP/1.1", "X: a\r\n".repeat(200) + "Y: b"));
		ALL.put("upgrade unknown", head("GET /whoami HTTP/1.1", "Connection: upgrade", "Upgrade: zebra"));
		ALL.put("expectation unknown", head("GET /whoami HTTP/1.1", "Expect: zebra"));
	}

	private static void lengths() {
		ALL.put("length", post("3", "abc"));
		ALL.put("same length twice", head("POST /echo HTTP/1.1", "Content-Length: 3", "Content-Length: 3") + "abc");
		ALL.put("two lengths", head("POST /echo HTTP/1.1", "Content-Length: 3", "Content-Length: 4") + "abcd");
		ALL.put("list of lengths", post("3, 3", "abc"));
		ALL.put("length below zero", post("-3", "abc"));
		ALL.put("length with plus", post("+3", "abc"));
		ALL.put("length in words", post("three", "abc"));
		ALL.put("length in hexadecimal", post("0x3", "abc"));
		ALL.put("length beyond numbers", post("99999999999999999999", "abc"));
		ALL.put("length empty", post("", "abc"));
		ALL.put("length of a GET", head("GET /whoami HTTP/1.1", "Content-Length: 3") + "abc");
		ALL.put("body announced", head("POST /echo HTTP/1.1", "Content-Length: 3", "Expect: 100-continue") + "abc");
	}

	private static void chunks() {
		ALL.put("chunked", chunked("chunked", "3\r\nabc\r\n0\r\n\r\n"));
		ALL.put("chunk with extension", chunked("chunked", "3;a=b\r\nabc\r\n0\r\n\r\n"));
		ALL.put("trailer", chunked("chunked", "3\r\nabc\r\n0\r\nX: a\r\n\r\n"));
		ALL.put("length and chunked",
				head("POST /echo HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n");
		ALL.put("chunked in HTTP/1.0", head("POST /echo HTTP/1.0", "Transfer-Encoding: chunked") + "0\r\n\r\n");
		ALL.put("chunked twice", chunked("chunked, chunked", "0\r\n\r\n"));
		ALL.put("chunked not last", chunked("chunked, gzip", "0\r\n\r\n"));
		ALL.put("coding unknown", chunked("zebra", "0\r\n\r\n"));
		ALL.put("coding hidden", chunked("\u000bchunked", "0\r\n\r\n"));
		ALL.put("chunk size no number", chunked("chunked", "zz\r\nabc\r\n0\r\n\r\n"));
		ALL.put("chunk size below zero", chunked("chunked", "-3\r\nabc\r\n0\r\n\r\n"));
		ALL.put("chunk size beyond numbers", chunked("chunked", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"));
		ALL.put("chunk without end", chunked("chunked", "3\r\nabcd\r\n0\r\n\r\n"));
		ALL.put("chunk with bare line feeds", chunked("chunked", "3\nabc\n0\n\n"));
	}

	private static String post(String length, String body) {
		return head("POST /echo HTTP/1.1", "Content-Length: " + length) + body;
	}

	private static String chunked(String codings, String body) {
		return head("POST /echo HTTP/1.1", "Transfer-Encoding: " + codings) + body;
	}

	private static String head(String firstLine, String... headers) {
		StringBuilder head = new StringBuilder(firstLine + "\r\nHost: localhost\r\n");
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		return head.append("\r\n").toString();
	}

}
