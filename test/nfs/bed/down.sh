#!/bin/bash
# Ends all guests, and removes the network and everything the bed has written.
. "$(dirname "$0")/settings.sh"
for file in "$RUN"/*.pid; do
  [ -e "$file" ] && "$HERE/kill.sh" "$(basename "$file" .pid)"
done
# Whoever still talks to a guest, or waits for one that is gone.
for _ in $(seq 50); do
  pids=$(ip netns pids "$NS" 2>/dev/null)
  [ -n "$pids" ] || break
  # shellcheck disable=SC2086
  kill -KILL $pids 2>/dev/null
  sleep 0.1
done
ip netns del "$NS" 2>/dev/null
rm -rf "${RUN:?}"
