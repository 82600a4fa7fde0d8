#!/bin/bash
# cable.sh N down|up: pulls guest N's network cable, or puts it back; at the switch, since a guest's own device does not
# recover from an interface that was down.
. "$(dirname "$0")/settings.sh"
if [ "$2" = down ]; then exec ip -n "$NS" link set "t$1" nomaster; fi
exec ip -n "$NS" link set "t$1" master br0
