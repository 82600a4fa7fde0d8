#!/bin/bash
# cable.sh N down|up: pulls guest N's network cable, or puts it back.
. "$(dirname "$0")/settings.sh"
exec ip -n "$NS" link set "t$1" "$2"
