#!/usr/bin/env bash
# Two workers and a hot spare: milliseconds from kill -9 of a worker until as many accept as
# should, by the line that the master logs when the spare accepts.
#
#   benchmarks/spare.sh [-n KILLS] [-s SERVER] [-w WORKERS] [-k SPARES]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kills=10 server=tomcat workers=2 spares=1
while getopts n:s:w:k: option; do
	case $option in
		n) kills=$OPTARG ;;
		s) server=$OPTARG ;;
		w) workers=$OPTARG ;;
		k) spares=$OPTARG ;;
		*) exit 2 ;;
	esac
done

await_spares() {
	for _ in $(seq 1200); do
		[[ $(field $pool_port spare) == "$spares" && $(field $pool_port accepting) == "$workers" ]] && return 0
		sleep 0.1
	done
	echo "There are no $spares spares on port $pool_port" >&2
	return 1
}

start_pool "$server" $pool_port "$workers" --prefork.spare-workers="$spares"
log=$directory/$pool_port.log
all=()
for ((kill = 1; kill <= kills; kill++)); do
	await_spares
	victim=$(curl -fs "localhost:$((pool_port + 1))/actuator/prefork" | grep -o '"pid":[0-9]*,"generation":[0-9]*,"state":"ACCEPTING"' | head -1 | grep -o '[0-9]*' | head -1)
	seen=$(grep -c ' is accepting, ' "$log")
	sleep 1 # the JVM of the last spare has just started
	killed=$(date +%s%3N)
	kill -9 "$victim"
	sleep 0.5 # the time is in the log; looking for it takes processor time from those that are measured
	until (($(grep -c ' is accepting, ' "$log") > seen)); do sleep 0.01; done
	accepting=$(grep ' is accepting, ' "$log" | tail -1 | cut -d' ' -f1)
	all+=($(($(date -d "$accepting" +%s%3N) - killed)))
	echo "kill $kill, of $victim: ${all[-1]} ms"
done
printf '%s\n' "${all[@]}" | sort -n | awk '{ a[NR] = $1 } END { print "milliseconds: least " a[1] ", median " a[int((NR + 1) / 2)] ", most " a[NR] }'
