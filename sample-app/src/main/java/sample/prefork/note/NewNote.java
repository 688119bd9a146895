package sample.prefork.note;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

record NewNote(@NotBlank @Size(max = 40) String author, @NotBlank @Size(max = 1000) String text) {

}
