#!/usr/bin/env bash
# Concurrent requests that sleep, with the async class on two workers, beside the same
# application without the pool (virtual threads too).
#
#   benchmarks/together.sh [-n REQUESTS] [-m MILLIS] [-s SERVER]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

requests=5000 millis=1000 server=tomcat
while getopts n:m:s: option; do
	case $option in
		n) requests=$OPTARG ;;
		m) millis=$OPTARG ;;
		s) server=$OPTARG ;;
		*) exit 2 ;;
	esac
done
has_virtual_threads

start "$server" $ordinary_port --prefork.enabled=false --spring.threads.virtual.enabled=true \
	--server.tomcat.max-connections="$requests" --server.tomcat.accept-count="$requests"
start_pool "$server" $pool_port 2 --prefork.worker-class=async --prefork.worker-connections="$requests"
for round in warm-up 1 2 3; do
	for port in $ordinary_port $pool_port; do
		result=$(clients together "$port" "/sleep?ms=$millis" "$requests")
		[[ $round == warm-up ]] || echo "round $round, $([[ $port == $ordinary_port ]] && echo ordinary || echo "pool of 2"): $result"
	done
done
