#!/bin/bash
# Says in one line what the bed lacks on this machine and exits with 1; with --packages, the packages alone, one a line.
. "$(dirname "$0")/settings.sh"

missing=()
for package in user-mode-linux nfs-common nfs-kernel-server rpcbind kmod e2fsprogs iproute2 gcc libc6-dev; do
  [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] || missing+=("$package")
done
if [ "${1:-}" = --packages ]; then
  [ "${#missing[@]}" -eq 0 ] || printf '%s\n' "${missing[@]}"
  exit 0
fi

lacks() {
  echo "$1"
  exit 1
}
[ "$(id -u)" -eq 0 ] || lacks 'it needs root, for a network namespace and its mounts'
[ "${#missing[@]}" -eq 0 ] || lacks "these packages are missing: apt-get install ${missing[*]}"
[ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] || lacks '/dev/shm is no tmpfs: the guests keep their memory there'
[ -c /dev/net/tun ] || lacks '/dev/net/tun is missing: the guests are connected by it'
if ! problem=$(ip netns add "$NS-try" 2>&1 && ip -n "$NS-try" tuntap add dev try mode tap 2>&1); then
  ip netns del "$NS-try" 2>/dev/null
  lacks "no network namespace can be made here: $problem"
fi
ip netns del "$NS-try"
