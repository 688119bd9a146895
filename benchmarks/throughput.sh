#!/usr/bin/env bash
# Requests per second of the sample as a pool against the same application without the
# pool, in turn, so that a machine whose speed drifts drifts for both. Prints each pair
# and the median ratio.
#
#   benchmarks/throughput.sh [-n PAIRS] [-d SECONDS] [-u WARM_UP] [-c CONNECTIONS] [-w WORKERS] [-t THREADS] [-s SERVER] [-k CLASS] [close]
#   benchmarks/throughput.sh [-n PAIRS] [-d SECONDS] [-u WARM_UP] [-c CONNECTIONS] [-w WORKERS] [-t THREADS] all
#
# WARM_UP is in seconds, for each of the two: a JVM that still compiles is slow, and of two that share
# the processors it is for longer. THREADS are those of the ordinary application; each worker gets its share of them.
# SERVER is tomcat, jetty, reactor-netty, reactive-tomcat or reactive-jetty. "all" takes
# each class on each server, with kept-alive connections and without.
# Needs wrk, curl and what README.md says.
set -euo pipefail
options=("$@")
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pairs=5 seconds=10 warm_up=40 connections=32 workers=2 threads=16 class= server=tomcat
while getopts n:d:u:c:w:t:s:k: option; do
	case $option in
		n) pairs=$OPTARG ;;
		d) seconds=$OPTARG ;;
		u) warm_up=$OPTARG ;;
		c) connections=$OPTARG ;;
		w) workers=$OPTARG ;;
		t) threads=$OPTARG ;;
		s) server=$OPTARG ;;
		k) class=$OPTARG ;;
		*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))

if [[ ${1:-} == all ]]; then
	unset 'options[-1]'
	for cell in tomcat/gthread tomcat/async jetty/gthread jetty/async reactor-netty/reactive reactive-tomcat/reactive reactive-jetty/reactive tomcat/sync jetty/sync; do
		[[ $cell == */async ]] && ! has_virtual_threads && continue
		for mode in '' close; do
			[[ $cell == */sync && -z $mode ]] && continue # it keeps no connection
			benchmarks/throughput.sh "${options[@]}" -s "${cell%/*}" -k "${cell#*/}" $mode | tail -1
		done
	done
	exit
fi

headers=()
[[ ${1:-} == close ]] && headers=(-H 'Connection: close')
if [[ -z $class ]]; then
	class=gthread
	[[ $server == rea* ]] && class=reactive
fi
if [[ $class == sync ]]; then
	threads=$workers
fi

rate() { # port seconds
	wrk -t2 -c"$connections" -d"${2}s" "${headers[@]}" "http://127.0.0.1:$1/whoami" |
		awk '/Requests\/sec/ { print $2 }'
}

ordinary=(--prefork.enabled=false --server.tomcat.threads.max="$threads" --server.jetty.threads.max=$((threads + 4)))
[[ $class == async ]] && ordinary+=(--spring.threads.virtual.enabled=true)
export JDK_JAVA_OPTIONS="-Dreactor.netty.ioWorkerCount=$threads"
start "$server" $ordinary_port "${ordinary[@]}"
unset JDK_JAVA_OPTIONS
start_pool "$server" $pool_port "$workers" --prefork.worker-class="$class" --prefork.threads=$(((threads + workers - 1) / workers))

for port in $ordinary_port $pool_port; do
	rate "$port" "$warm_up" >/dev/null
done
ratios=()
for ((pair = 1; pair <= pairs; pair++)); do
	alone=$(rate $ordinary_port "$seconds")
	pool=$(rate $pool_port "$seconds")
	ratios+=("$(ratio "$pool" "$alone")")
	echo "pair $pair: ordinary $alone/s, pool of $workers $pool/s, ratio ${ratios[-1]}"
done
printf '%s\n' "${ratios[@]}" | sort -n | awk -v what="$class on $server, ${1:-keep-alive}" \
	'{ r[NR] = $1 } END { print what ": median ratio " r[int((NR + 1) / 2)] " (" r[1] " to " r[NR] ")" }'
