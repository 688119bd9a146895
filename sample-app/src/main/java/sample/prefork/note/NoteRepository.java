package sample.prefork.note;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Repository;

@Repository
class NoteRepository {

	private final JdbcClient jdbc;

	NoteRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	List<Note> latest(int limit) {
		return this.jdbc.sql("select id, author, text, created from note order by id desc limit ?")
			.param(limit)
			.query(NoteRepository::read)
			.list();
	}

	Optional<Note> find(long id) {
		return this.jdbc.sql("select id, author, text, created from note where id = ?")
			.param(id)
			.query(NoteRepository::read)
			.optional();
	}

	long add(NewNote note) {
		GeneratedKeyHolder key = new GeneratedKeyHolder();
		this.jdbc.sql("insert into note (author, text) values (?, ?)")
			.params(note.author(), note.text())
			.update(key, "id");
		return Objects.requireNonNull(key.getKey()).longValue();
	}

	private static Note read(ResultSet row, int number) throws SQLException {
		return new Note(row.getLong("id"), row.getString("author"), row.getString("text"),
				row.getTimestamp("created").toInstant());
	}

}
