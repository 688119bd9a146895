/**
 * Notes in a database.
 */
@NullMarked
package sample.prefork.note;

import org.jspecify.annotations.NullMarked;
