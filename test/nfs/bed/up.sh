#!/bin/bash
# up.sh [4.2|4.1|4.0|3] [CLIENTS]: boots a server and its clients; what was up before is taken down.
# Environment: MNTOPTS (of the clients' mounts), LEASE (seconds, NFS 4), MEM, DISK, PIDSKEW (see README.md).
set -e
. "$(dirname "$0")/settings.sh"
version=${1:-4.2} clients=${2:-2}

"$HERE/needs.sh" >&2
"$HERE/down.sh"
mkdir -p "$RUN"
{
  echo "VERSION=$version"
  for name in MNTOPTS LEASE MEM PIDSKEW; do [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"; done
} >"$RUN/settings"
gcc -O2 -shared -fPIC -o "$RUN/xshim.so" "$HERE/xshim.c"
gcc -O2 -static -o "$RUN/ran" "$HERE/ran.c"
truncate -s "${DISK:-2G}" "$RUN/disk.img"
mkfs.ext4 -q -F -E root_owner=0:0 "$RUN/disk.img"

ip netns add "$NS"
ip -n "$NS" link set lo up
ip -n "$NS" link add br0 type bridge
ip -n "$NS" addr add "$NET.1/24" dev br0
ip -n "$NS" link set br0 up
for n in $(seq 0 "$clients"); do
  ip netns exec "$NS" ip tuntap add dev "t$n" mode tap
  ip -n "$NS" link set "t$n" master br0 up
done

# shellcheck disable=SC2046
"$HERE/boot.sh" $(seq 0 "$clients")
echo "up: a server and $clients clients, NFS $version, mounted at /mnt/q"
