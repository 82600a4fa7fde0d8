#!/bin/bash
# kill.sh N: guest N loses its power.
. "$(dirname "$0")/settings.sh"
pid=$(cat "$RUN/$1.pid" 2>/dev/null) || exit 0
rm -f "$RUN/$1.pid"
# The pid may be another's by now.
grep -qs linux.uml "/proc/$pid/cmdline" || exit 0
kill -KILL -- "-$pid"
while [ -e "/proc/$pid" ] && ! grep -qs '^State:.Z' "/proc/$pid/status"; do sleep 0.05; done
