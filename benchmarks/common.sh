# Sourced by the measurements: starts the sample, or its reactive twin, on any of the servers, as a pool or as one process.
#
# SERVER: tomcat, jetty, reactor-netty, reactive-tomcat or reactive-jetty. JAVA_HOME says which JDK, PORT the first of
# three ports.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
ordinary_port=${PORT:-18181}
pool_port=$((ordinary_port + 1)) # and its master's, one more
directory=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$directory"' EXIT
javac=${java}c
"$javac" -d "$directory" benchmarks/Clients.java

clients() { # arguments of Clients
	"$java" -cp "$directory" Clients "$@"
}

classpath() { # server
	local all=sample-app/target/benchmarks.classpath without
	[[ -f $all ]] || {
		echo "There is no $all, make it: ./mvnw -q -DskipTests -pl sample-app -am package dependency:build-classpath -Dmdep.outputFile=target/benchmarks.classpath" >&2
		return 1
	}
	case $1 in
		tomcat) without='jetty|webflux|spring-boot-reactor|reactor-core|netty' ;;
		jetty) without='spring-boot-tomcat|tomcat-embed-core|tomcat-embed-websocket|webflux|spring-boot-reactor|reactor-core|netty' ;;
		reactor-netty) without='webmvc|jdbc|h2-|HikariCP|spring-boot-tomcat|tomcat-embed-core|tomcat-embed-websocket|jetty' ;;
		reactive-tomcat) without='webmvc|jdbc|h2-|HikariCP|jetty|netty' ;;
		reactive-jetty) without='webmvc|jdbc|h2-|HikariCP|spring-boot-tomcat|tomcat-embed-core|tomcat-embed-websocket|netty' ;;
		*)
			echo "No such server: $1" >&2
			return 1
			;;
	esac
	tr ':' '\n' <"$all" | awk -F/ -v without="spring.*security|devtools|$without" '$NF !~ without' |
		{ echo sample-app/target/classes; echo sample-app/target/test-classes; cat; } | paste -sd:
}

start() { # server port argument...
	local server=$1 port=$2 main=sample.prefork.SampleApplication path
	shift 2
	[[ $server == reactor-netty || $server == reactive-* ]] && main=sample.reactive.ReactiveApplication
	path=$(classpath "$server")
	"$java" -cp "$path" $main --server.port="$port" --spring.profiles.active=chaos "$@" >"$directory/$port.log" 2>&1 &
	pids+=($!)
	for _ in $(seq 600); do
		kill -0 "${pids[-1]}" 2>/dev/null || break
		curl -fs "localhost:$port/" >/dev/null && return 0
		sleep 0.1
	done
	cat "$directory/$port.log" >&2
	return 1
}

# A pool, whose master serves the actuator on the next port.
start_pool() { # server port workers argument...
	local server=$1 port=$2 workers=$3
	shift 3
	start "$server" "$port" --management.server.port=$((port + 1)) --prefork.workers="$workers" "$@"
	await_settled "$port" "$workers"
}

await_settled() { # port workers
	for _ in $(seq 1200); do
		[[ $(field "$1" accepting) == "$2" && $(field "$1" booting) == 0 && $(field "$1" draining) == 0 ]] && return 0
		sleep 0.1
	done
	echo "The pool on port $1 has not come to $2 workers" >&2
	return 1
}

field() { # port field
	curl -s "localhost:$(($1 + 1))/actuator/prefork" | grep -o "\"$2\":[0-9]*" | head -1 | cut -d: -f2
}

order() { # port path json
	curl -fs --json "$3" "localhost:$(($1 + 1))/actuator/prefork$2" >/dev/null
}

# Ends what was started last.
stop() {
	kill "${pids[-1]}"
	wait "${pids[-1]}" || true
	unset 'pids[-1]'
}

number() { # text name: the number after the name
	sed -n "s/.*$2 \([0-9.]*\).*/\1/p" <<<"$1"
}

ratio() { # a b
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

has_virtual_threads() {
	(($("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.specification.version = //p') >= 21)) && return 0
	echo "async is skipped: $java has no virtual threads" >&2
	return 1
}
