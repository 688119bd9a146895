package sample.prefork.note;

import java.time.Instant;

record Note(long id, String author, String text, Instant created) {

}
