package io.prefork.worker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard output or error, of which the last bytes are kept as well. Stands between what
 * the application prints and the stream that was there before, and holds nothing back.
 */
final class RecordedOutput extends OutputStream {

	private final PrintStream output;

	private final OutputTail tail;

	private RecordedOutput(PrintStream output, OutputTail tail) {
		this.output = output;
		this.tail = tail;
	}

	/**
	 * Has what is printed recorded.
	 * @param output where it goes
	 * @param encoding the system property that names the encoding of the stream, where
	 * there is one
	 * @param tail where it is recorded
	 * @return the stream to print to
	 */
	static PrintStream of(PrintStream output, String encoding, OutputTail tail) {
		String name = System.getProperty(encoding, System.getProperty("sun." + encoding));
		Charset charset = (name != null && Charset.isSupported(name)) ? Charset.forName(name)
				: Charset.defaultCharset();
		return new PrintStream(new RecordedOutput(output, tail), false, charset);
	}

	@Override
	public void write(int next) {
		this.output.write(next);
		this.tail.write(next);
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		this.output.write(bytes, offset, length);
		this.tail.write(bytes, offset, length);
	}

	@Override
	public void flush() {
		this.output.flush();
	}

	@Override
	public void close() {
		this.output.close();
	}

}
