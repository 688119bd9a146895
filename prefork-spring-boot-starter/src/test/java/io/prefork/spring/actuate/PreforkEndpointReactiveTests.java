package io.prefork.spring.actuate;

import org.springframework.boot.WebApplicationType;

/**
 * The endpoint as Spring WebFlux serves it.
 */
class PreforkEndpointReactiveTests extends PreforkEndpointHttpKit {

	PreforkEndpointReactiveTests() {
		super(WebApplicationType.REACTIVE);
	}

}
