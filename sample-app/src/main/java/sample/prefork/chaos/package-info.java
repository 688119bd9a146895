/**
 * What an application should not do, on request.
 */
@NullMarked
package sample.prefork.chaos;

import org.jspecify.annotations.NullMarked;
