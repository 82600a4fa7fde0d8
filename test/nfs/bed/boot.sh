#!/bin/bash
# boot.sh N...: boots these guests of the bed in the same moment, 0 being the server, and waits until each has its mount.
set -e
. "$(dirname "$0")/settings.sh"
. "$RUN/settings"

boot() {
  local n=$1 role=client disk=
  if [ "$n" = 0 ]; then role=server disk="ubda=$RUN/disk.img"; fi
  rm -rf "${RUN:?}/tb$n"
  # The kernel keeps a guest's memory in an unlinked file in TMPDIR. gro=1: else the big frames of a peer are dropped.
  # mac: else others look for a guest that was booted again at its old address, for minutes.
  TMPDIR=/dev/shm LD_PRELOAD=$RUN/xshim.so setsid ip netns exec "$NS" linux.uml \
    mem="${MEM:-512M}" umid="tb$n" uml_dir="$RUN/" $disk \
    root=/dev/root rootfstype=hostfs rootflags=/ ro init="$HERE/guest-init.sh" \
    con=null con0=null,fd:1 ssl=null quiet vec0:transport=tap,ifname="t$n",mac="02:00:0a:4d:00:1$n",depth=128,gro=1 \
    ROLE=$role N="$n" NET="$NET" VERSION="$VERSION" HERE="$HERE" \
    ${MNTOPTS:+MNTOPTS=$MNTOPTS} ${LEASE:+LEASE=$LEASE} ${PIDSKEW:+PIDSKEW=$PIDSKEW} \
    </dev/null >"$RUN/$n.log" 2>&1 &
  echo $! >"$RUN/$n.pid"
}

ready() {
  NOSTDIN=1 timeout 5 "$HERE/run-on-client" "$1" 'mountpoint -q /mnt/q' >/dev/null 2>&1
}

fail() {
  echo "guest $1 $2, see $RUN/$1.log:" >&2
  tail -5 "$RUN/$1.log" >&2
  exit 1
}

for n in "$@"; do boot "$n"; done
for n in "$@"; do
  deadline=$((SECONDS + ${BOOT_SECONDS:-240}))
  until ready "$n"; do
    kill -0 "$(cat "$RUN/$n.pid")" 2>/dev/null || fail "$n" 'died'
    [ "$SECONDS" -lt "$deadline" ] || fail "$n" 'does not come up'
    sleep 0.25
  done
done
