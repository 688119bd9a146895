package sample.prefork.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/**
 * Takes a file and tells what arrived, so that the sender can compare.
 */
@RestController
class UploadController {

	@PostMapping("/uploads")
	Receipt upload(@RequestParam MultipartFile file) throws IOException, NoSuchAlgorithmException {
		MessageDigest digest = MessageDigest.getInstance("SHA-256");
		try (InputStream content = new DigestInputStream(file.getInputStream(), digest)) {
			long size = content.transferTo(OutputStream.nullOutputStream());
			return new Receipt(file.getOriginalFilename(), size, HexFormat.of().formatHex(digest.digest()));
		}
	}

	/**
	 * What arrived.
	 *
	 * @param name the file's name as sent
	 * @param size its length in bytes
	 * @param sha256 its digest in hexadecimal
	 */
	record Receipt(@Nullable String name, long size, String sha256) {
	}

}
