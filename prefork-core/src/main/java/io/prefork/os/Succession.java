package io.prefork.os;

import java.io.IOException;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One program after the other in the same process.
 */
public interface Succession {

	/**
	 * Becomes another program ({@code execve(2)}): same process id, same children, same
	 * directory, standard streams left as they are. The kernel ends all other threads. It
	 * does not return, unless it fails or a last look says no.
	 * <p>
	 * Until the next program handles them, USR1, TTIN and TTOU wait, HUP and QUIT are
	 * ignored, and TERM and INT end it.
	 * @param image the program
	 * @param kept descriptors above the standard ones that stay open; all others are
	 * closed
	 * @param lastLook whether it is to be done, asked when TERM and INT no longer reach
	 * this program, and what it has received of them has been told
	 * @throws IOException if it cannot be done; everything is as it was
	 */
	void replace(ProgramImage image, Set<Integer> kept, BooleanSupplier lastLook) throws IOException;

	/**
	 * In the next program: takes over a listening socket that was kept open.
	 * @param address where it was opened
	 * @param descriptor its number; of a socket that was inherited from elsewhere, it is
	 * in the address
	 * @param options how to listen from now on
	 * @return the listener
	 * @throws ListenException if there is no such socket
	 */
	Listener adopt(BindAddress address, int descriptor, ListenOptions options) throws ListenException;

	/**
	 * In the next program: lets HUP in, which is ignored since the replacement. To be
	 * called when somebody is there to be told of it.
	 * @param handled another signal, which arrives already
	 * @throws IOException if that fails
	 */
	void receiveHangUp(Signal handled) throws IOException;

	/**
	 * In the next program: lets signals in that have waited since the replacement. To be
	 * called when they are handled, by a thread that lives as long as the process.
	 * @throws IOException if that fails
	 */
	void receiveSignals() throws IOException;

}
