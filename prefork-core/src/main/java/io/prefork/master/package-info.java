/**
 * The loop that feeds the decision core with events and carries out its actions.
 */
@NullMarked
package io.prefork.master;

import org.jspecify.annotations.NullMarked;
