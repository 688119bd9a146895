/**
 * Bodies that are large or take their time.
 */
@NullMarked
package sample.prefork.transfer;

import org.jspecify.annotations.NullMarked;
