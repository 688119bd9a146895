#!/usr/bin/env bash
# Requests per second of the sample as a pool against the same application without the
# pool, in turn, so that a machine whose speed drifts drifts for both. Prints each pair
# and the median ratio.
#
#   benchmarks/throughput.sh [-n PAIRS] [-d SECONDS] [-u WARM_UP] [-c CONNECTIONS] [-w WORKERS] [-t THREADS] [-s SERVER] [-k CLASS] [keep-alive | close]
#   benchmarks/throughput.sh [-n PAIRS] [-d SECONDS] [-u WARM_UP] [-c CONNECTIONS] [-w WORKERS] [-t THREADS] all
#
# Both kinds of connections in turn, unless one is named.
#
# A JVM that still compiles is slow, and workers that share the processors are for longer than one JVM: each of the two is
# loaded until it is faster no more, for WARM_UP seconds at most. THREADS are those of the ordinary application; each worker gets its share of them.
# SERVER is tomcat, jetty, reactor-netty, reactive-tomcat or reactive-jetty. "all" takes
# each class on each server, with kept-alive connections and without.
# Needs wrk, curl and what README.md says.
set -euo pipefail
options=("$@")
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pairs=5 seconds=10 warm_up=240 connections=32 workers=2 threads=16 class= server=tomcat
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
		benchmarks/throughput.sh "${options[@]}" -s "${cell%/*}" -k "${cell#*/}" | grep -E "warm|median"
	done
	exit
fi

if [[ -z $class ]]; then
	class=gthread
	[[ $server == rea* ]] && class=reactive
fi
modes=("$@")
[[ $# == 0 ]] && modes=(keep-alive close)
if [[ $class == sync ]]; then
	threads=$workers
	modes=(close) # it keeps no connection
fi

rate() { # port seconds mode
	local headers=()
	[[ $3 == close ]] && headers=(-H 'Connection: close')
	wrk -t2 -c"$connections" -d"${2}s" "${headers[@]}" "http://127.0.0.1:$1/whoami" |
		awk '/Requests\/sec/ { print $2 }'
}

ordinary=(--prefork.enabled=false --server.tomcat.threads.max="$threads" --server.jetty.threads.max=$((threads + 4)) --server.jetty.threads.min=4)
[[ $class == async ]] && ordinary+=(--spring.threads.virtual.enabled=true)
export JDK_JAVA_OPTIONS="-Dreactor.netty.ioWorkerCount=$threads"
start "$server" $ordinary_port "${ordinary[@]}"
unset JDK_JAVA_OPTIONS
start_pool "$server" $pool_port "$workers" --prefork.worker-class="$class" --prefork.threads=$(((threads + workers - 1) / workers))

warm_up() { # port mode: until three rounds have brought less than 2 % in all
	local best=0 idle=0 round=8 used rate
	for ((used = 0; used < warm_up && idle < 3; used += round)); do
		rate=$(rate "$1" $round "$2")
		if awk -v rate="$rate" -v best="$best" 'BEGIN { exit !(rate > best * 1.02) }'; then
			best=$rate idle=0
		else
			idle=$((idle + 1))
		fi
	done
	echo "port $1 is warm after $used s, $2: $best/s"
}

for mode in "${modes[@]}"; do
	warm_up $ordinary_port "$mode"
	warm_up $pool_port "$mode"
	ratios=()
	for ((pair = 1; pair <= pairs; pair++)); do
		alone=$(rate $ordinary_port "$seconds" "$mode")
		pool=$(rate $pool_port "$seconds" "$mode")
		ratios+=("$(ratio "$pool" "$alone")")
		echo "pair $pair: ordinary $alone/s, pool of $workers $pool/s, ratio ${ratios[-1]}"
	done
	printf '%s\n' "${ratios[@]}" | sort -n | awk -v what="$class on $server, $mode" \
		'{ r[NR] = $1 } END { print what ": median ratio " r[int((NR + 1) / 2)] " (" r[1] " to " r[NR] ")" }'
done
