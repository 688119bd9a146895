/**
 * What an application may do at hooks in its workers.
 */
@NullMarked
package sample.prefork.hook;

import org.jspecify.annotations.NullMarked;
