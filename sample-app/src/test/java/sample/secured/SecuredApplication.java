package sample.secured;

import sample.prefork.SampleApplication;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/**
 * The sample with rules of its own for the actuator. Not below the sample's package,
 * whose tests would find it.
 */
@SpringBootApplication
@Import(SampleApplication.class)
public class SecuredApplication {

	@Bean
	SecurityFilterChain rules(HttpSecurity http) throws Exception {
		return http
			.authorizeHttpRequests(
					(requests) -> requests.requestMatchers("/actuator/**").hasRole("ADMIN").anyRequest().permitAll())
			.httpBasic(Customizer.withDefaults())
			.csrf((csrf) -> csrf.disable())
			.build();
	}

	@Bean
	UserDetailsService users() {
		return new InMemoryUserDetailsManager(User.withUsername("admin").password("{noop}admin").roles("ADMIN").build(),
				User.withUsername("user").password("{noop}user").roles("USER").build());
	}

	public static void main(String[] args) {
		SpringApplication.run(SecuredApplication.class, args);
	}

}
