package io.prefork.spring.master;

import org.springframework.context.annotation.Configuration;

/**
 * Configuration of the master's context.
 */
@Configuration(proxyBeanMethods = false)
@MasterAutoConfigurations
public class MasterApplication {

}
