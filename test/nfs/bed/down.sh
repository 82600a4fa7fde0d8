#!/bin/bash
# Ends all guests, and removes the network and everything the bed has written.
. "$(dirname "$0")/settings.sh"
for file in "$RUN"/*.pid; do
  [ -e "$file" ] && "$HERE/kill.sh" "$(basename "$file" .pid)"
done
for _ in $(seq 50); do
  ip netns pids "$NS" 2>/dev/null | grep -q . || break
  sleep 0.1
done
ip netns del "$NS" 2>/dev/null
rm -rf "${RUN:?}"
