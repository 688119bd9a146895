#!/usr/bin/env bash
# Requests per second of the sample as a pool against the same application without the
# pool, in turn, so that a machine whose speed drifts drifts for both. Prints each pair
# and the median ratio.
#
#   benchmarks/throughput.sh [-n PAIRS] [-d SECONDS] [-c CONNECTIONS] [-w WORKERS] [-t THREADS] [-k CLASS] [close]
#
# THREADS are those of the ordinary application; each worker gets its share of them.
# Needs wrk, curl and the sample's jar (./mvnw -DskipTests -pl sample-app -am package).
set -euo pipefail
cd "$(dirname "$0")/.."

pairs=5 seconds=10 connections=32 workers=2 threads=16 class=gthread
while getopts n:d:c:w:t:k: option; do
	case $option in
		n) pairs=$OPTARG ;;
		d) seconds=$OPTARG ;;
		c) connections=$OPTARG ;;
		w) workers=$OPTARG ;;
		t) threads=$OPTARG ;;
		k) class=$OPTARG ;;
		*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
headers=()
[[ ${1:-} == close ]] && headers=(-H 'Connection: close')

jar=$(ls sample-app/target/sample-app-*.jar)
directory=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$directory"' EXIT

start() { # port, arguments...
	local port=$1
	shift
	java -jar "$jar" --server.port="$port" "$@" >"$directory/$port.log" 2>&1 &
	pids+=($!)
	for _ in $(seq 600); do
		curl -fs "localhost:$port/" >/dev/null && return 0
		sleep 0.1
	done
	cat "$directory/$port.log" >&2
	exit 1
}

accepting() { # port
	curl -s "localhost:$1/actuator/prefork" | grep -o '"accepting":[0-9]*' | cut -d: -f2
}

rate() { # port
	wrk -t2 -c"$connections" -d"${seconds}s" "${headers[@]}" "http://127.0.0.1:$1/whoami" |
		awk '/Requests\/sec/ { print $2 }'
}

start 18181 --prefork.enabled=false --server.tomcat.threads.max="$threads"
start 18182 --prefork.workers="$workers" --prefork.worker-class="$class" --prefork.threads=$(((threads + workers - 1) / workers))
until [[ $(accepting 18182) == "$workers" ]]; do sleep 0.2; done

for port in 18181 18182 18181 18182; do # warm up
	rate "$port" >/dev/null
done
ratios=()
for ((pair = 1; pair <= pairs; pair++)); do
	ordinary=$(rate 18181)
	pool=$(rate 18182)
	ratio=$(awk -v a="$pool" -v b="$ordinary" 'BEGIN { printf "%.3f", a / b }')
	ratios+=("$ratio")
	echo "pair $pair: ordinary $ordinary/s, pool of $workers $pool/s, ratio $ratio"
done
printf '%s\n' "${ratios[@]}" | sort -n | awk '{ r[NR] = $1 } END { print "median ratio " r[int((NR + 1) / 2)] " (" r[1] " to " r[NR] ")" }'
