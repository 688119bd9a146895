#!/usr/bin/env bash
# Requests per second against the rule: workers x threads / duration of a request.
#
#   benchmarks/capacity.sh [-w WORKERS] [-t THREADS] [-m MILLIS] [-d SECONDS] [-s SERVER]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

workers=2 threads=18 millis=200 seconds=30 server=tomcat
while getopts w:t:m:d:s: option; do
	case $option in
		w) workers=$OPTARG ;;
		t) threads=$OPTARG ;;
		m) millis=$OPTARG ;;
		d) seconds=$OPTARG ;;
		s) server=$OPTARG ;;
		*) exit 2 ;;
	esac
done
rule=$(awk -v w="$workers" -v t="$threads" -v m="$millis" 'BEGIN { printf "%.1f", w * t * 1000 / m }')
start_pool "$server" $pool_port "$workers" --prefork.worker-class=gthread --prefork.threads="$threads" --prefork.overflow-threads=0
for connection in keep-alive close; do
	headers=()
	[[ $connection == close ]] && headers=(-H 'Connection: close')
	rate=$(wrk -t2 -c$((2 * workers * threads)) -d"${seconds}s" "${headers[@]}" --timeout 30s "http://127.0.0.1:$pool_port/sleep?ms=$millis" | awk '/Requests\/sec/ { print $2 }')
	echo "$workers x $threads / $millis ms = $rule/s; measured, $connection: $rate/s, ratio $(ratio "$rate" "$rule")"
done
