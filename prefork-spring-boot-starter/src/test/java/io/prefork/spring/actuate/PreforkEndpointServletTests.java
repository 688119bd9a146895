package io.prefork.spring.actuate;

import org.springframework.boot.WebApplicationType;

/**
 * The endpoint as Spring MVC serves it.
 */
class PreforkEndpointServletTests extends PreforkEndpointHttpKit {

	PreforkEndpointServletTests() {
		super(WebApplicationType.SERVLET);
	}

}
