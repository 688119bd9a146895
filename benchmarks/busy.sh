#!/usr/bin/env bash
# Four workers of two threads, six requests of ten seconds: what 200 fast requests wait,
# of fresh connections and of clients that were connected before.
#
#   benchmarks/busy.sh [-n ROUNDS] [-s SERVER] [-w WORKERS] [-t THREADS] [-b BUSY]
#
# BUSY is the number of slow requests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rounds=3 server=tomcat workers=4 threads=2 busy=6
while getopts n:s:w:t:b: option; do
	case $option in
		n) rounds=$OPTARG ;;
		s) server=$OPTARG ;;
		w) workers=$OPTARG ;;
		t) threads=$OPTARG ;;
		b) busy=$OPTARG ;;
		*) exit 2 ;;
	esac
done

start_pool "$server" $pool_port "$workers" --prefork.worker-class=gthread --prefork.threads="$threads"
# Everything that is measured once before, for classes that are not loaded yet
clients latency $pool_port /whoami 5000 4 close >/dev/null
clients latency $pool_port /whoami 5000 8 keepalive >/dev/null
clients together $pool_port '/chaos/slow?ms=100' 100 >/dev/null
for ((round = 1; round <= rounds; round++)); do
	# 500 requests of 8 clients, 20 ms apart: they connect at once, and half of them are sent after the slow ones
	clients latency $pool_port /whoami 500 8 keepalive 20 >"$directory/kept" &
	kept=$!
	sleep 0.7
	clients together $pool_port '/chaos/slow?ms=10000' "$busy" >"$directory/slow" &
	slow=$!
	until [[ $(field $pool_port busy) -ge $busy ]]; do sleep 0.05; done
	fresh=$(clients latency $pool_port /whoami 200 2 close)
	wait "$kept"
	echo "round $round, fresh connections: $fresh"
	echo "round $round, connected before:  $(cat "$directory/kept")"
	wait "$slow"
	echo "round $round, slow requests:     $(cat "$directory/slow")"
done
