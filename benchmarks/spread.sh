#!/usr/bin/env bash
# How evenly four idle workers are chosen by fresh connections, one after the other.
#
#   benchmarks/spread.sh [-n REQUESTS] [-s SERVER] [-k CLASS]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

requests=2000 server=tomcat class=
while getopts n:s:k: option; do
	case $option in
		n) requests=$OPTARG ;;
		s) server=$OPTARG ;;
		k) class=$OPTARG ;;
		*) exit 2 ;;
	esac
done
start_pool "$server" $pool_port 4 ${class:+--prefork.worker-class="$class"}
clients spread $pool_port "$requests" >/dev/null # warm up
clients spread $pool_port "$requests"
