#!/usr/bin/env bash
# What ordinary requests wait while other connections have sent half a head or nothing:
# 99th percentiles without and with them, and their ratio, for each class.
#
#   benchmarks/slow-clients.sh [-n CONNECTIONS] [-r REQUESTS] [-s SERVER]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

connections=500 requests=2000 server=tomcat
while getopts n:r:s: option; do
	case $option in
		n) connections=$OPTARG ;;
		r) requests=$OPTARG ;;
		s) server=$OPTARG ;;
		*) exit 2 ;;
	esac
done

measure() { # title
	for mode in close keepalive; do
		result=$(clients latency $pool_port /whoami "$requests" 2 "$mode")
		echo "$class on $server, $mode, $1: $result" >&2
		number "$result" p99
	done
}

hold() { # half|silent
	mkfifo "$directory/$1" "$directory/$1.held"
	"$java" -cp "$directory" Clients hold $pool_port "$connections" "$1" <"$directory/$1" >"$directory/$1.held" &
	pids+=($!)
	exec {input}>"$directory/$1" # its input, which ends with this script at the latest
	read -r <"$directory/$1.held"
}

classes=(sync gthread async)
[[ $server == rea* ]] && classes=(reactive)
for class in "${classes[@]}"; do
	[[ $class == async ]] && ! has_virtual_threads && continue
	start_pool "$server" $pool_port 2 --prefork.worker-class="$class"
	clients latency $pool_port /whoami 5000 4 close >/dev/null
	mapfile -t unloaded < <(measure "unloaded")
	hold half
	hold silent
	mapfile -t loaded < <(measure "beside $connections half heads and $connections silent ones")
	echo "$class on $server: p99 is $(ratio "${loaded[0]}" "${unloaded[0]}") times the unloaded one for fresh connections, $(ratio "${loaded[1]}" "${unloaded[1]}") for kept ones"
	stop
	stop
	stop
	rm "$directory"/half* "$directory"/silent*
done
