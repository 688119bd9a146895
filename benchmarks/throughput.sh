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
# loaded until its compilers rest, for WARM_UP seconds at most. THREADS are those of the ordinary application; each worker gets its share of them.
# SERVER is tomcat, jetty, reactor-netty, reactive-tomcat or reactive-jetty. "all" takes
# each class on each server, with kept-alive connections and without.
# Needs wrk, curl and what README.md says.
set -euo pipefail
options=("$@")
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pairs=5 seconds=10 warm_up=400 connections=32 workers=2 threads= class= server=tomcat
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
if [[ -z $threads ]]; then
	threads=16
	# As many event loops as Reactor Netty makes by itself: they never block, and more of them only change places
	[[ $server == reactor-netty ]] && threads=$(($(nproc) > 4 ? $(nproc) : 4))
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

compiling() { # pid...: clock ticks that the compilers of JVMs have used
	local pid
	for pid in "$@"; do
		grep -lE '^C[12] Compiler' /proc/"$pid"/task/*/comm 2>/dev/null | sed 's/comm$/stat/' | xargs -r cat 2>/dev/null || true
	done | sed 's/.*) //' | awk '{ ticks += $12 + $13 } END { print ticks + 0 }'
}

warm_up() { # port mode pid...: until the compilers have used less than 3 % of a processor, twice
	local port=$1 mode=$2 used quiet=0 round=8 before rate ticks
	shift 2
	for ((used = 0; used < warm_up && quiet < 2; used += round)); do
		before=$(compiling "$@")
		rate=$(rate "$port" $round "$mode")
		ticks=$(($(compiling "$@") - before))
		((ticks < round * $(getconf CLK_TCK) * 3 / 100)) && quiet=$((quiet + 1)) || quiet=0
	done
	echo "port $port is warm after $used s, $mode: $rate/s"
}

ordinary_pid=${pids[0]}
workers_pids=$(pgrep -P "${pids[1]}" | paste -sd' ')

for mode in "${modes[@]}"; do
	warm_up $ordinary_port "$mode" "$ordinary_pid"
	# shellcheck disable=SC2086
	warm_up $pool_port "$mode" $workers_pids
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
