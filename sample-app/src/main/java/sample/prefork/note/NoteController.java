package sample.prefork.note;

import java.net.URI;
import java.util.List;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/notes")
class NoteController {

	private final NoteRepository notes;

	NoteController(NoteRepository notes) {
		this.notes = notes;
	}

	@GetMapping
	List<Note> latest(@RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
		return this.notes.latest(limit);
	}

	@GetMapping("/{id}")
	ResponseEntity<Note> find(@PathVariable long id) {
		return ResponseEntity.of(this.notes.find(id));
	}

	@PostMapping
	ResponseEntity<Void> add(@RequestBody @Valid NewNote note) {
		return ResponseEntity.created(URI.create("/notes/" + this.notes.add(note))).build();
	}

}
