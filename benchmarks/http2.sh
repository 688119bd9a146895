#!/usr/bin/env bash
# HTTP/2 without TLS under h2load (Debian: nghttp2-client) while the pool is reloaded and
# scaled: counts requests that failed.
#
#   benchmarks/http2.sh [-r RELOADS] [-s SERVER]
#
# Each connection of h2load sends all of its requests at once: h2load counts what it has
# not sent when GOAWAY comes as failed, though it could send it on another connection.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

reloads=10 server=tomcat
while getopts r:s: option; do
	case $option in
		r) reloads=$OPTARG ;;
		s) server=$OPTARG ;;
		*) exit 2 ;;
	esac
done

load() {
	while [[ ! -e $directory/stop ]]; do
		h2load -n 400 -c 20 -m 20 http://127.0.0.1:$pool_port/whoami | grep '^requests:' >>"$directory/rounds"
		sleep 0.02
	done
}

start_pool "$server" $pool_port 2 --server.http2.enabled=true
load &
loader=$!
for ((reload = 1; reload <= reloads; reload++)); do
	order $pool_port '' '{"workers":3}' && await_settled $pool_port 3
	order $pool_port '' '{"workers":2}' && await_settled $pool_port 2
	order $pool_port /reload '{"wait":true}' && await_settled $pool_port 2
done
touch "$directory/stop"
wait "$loader"
awk '{ total += $2; ok += $8; failed += $10; errored += $12; timeout += $14 }
	END { print total " requests: " ok " succeeded, " failed " failed, " errored " errored, " timeout " timeouts" }' "$directory/rounds"
