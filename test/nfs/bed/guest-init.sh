#!/bin/bash
# The first process of each guest. From the kernel's command line: ROLE N NET VERSION HERE MNTOPTS LEASE PIDSKEW.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/home TMPDIR=/run/tmp

# The root is the machine's own, read-only: what is written to gets a file system in memory.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o size=256m tmpfs /run
mount -t tmpfs tmpfs /mnt
mount -t tmpfs tmpfs /dev/shm 2>/dev/null || { mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm; }
mkdir -p /dev/pts /run/home /mnt/q /mnt/disk /mnt/export /run/m/lib/modules /run/tmp /run/lock /run/rpcbind
mkdir -p /run/sendsigs.omit.d
mount -t devpts devpts /dev/pts
ln -s /proc/self/fd /dev/fd 2>/dev/null
mount -t tmpfs tmpfs /var/lib/nfs
mkdir -p /var/lib/nfs/{sm,sm.bak,v4recovery,nfsdcltrack,rpc_pipefs}
: >/var/lib/nfs/etab
: >/var/lib/nfs/rmtab
chown -R statd /var/lib/nfs/sm /var/lib/nfs/sm.bak 2>/dev/null

# Modules belong to this kernel, not to the machine's.
ln -s "/usr/lib/uml/modules/$(uname -r)" "/run/m/lib/modules/$(uname -r)"
printf '#!/bin/sh\nexec /sbin/modprobe -d /run/m "$@"\n' >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
echo "$ROLE$N" >/proc/sys/kernel/hostname

# Guests that boot together use the same pids in the same jiffies, of which the NFS 3 client makes the verifier of an
# exclusive create. PIDSKEW=0 keeps it so.
for ((i = 0; i < N * ${PIDSKEW:-400}; i++)); do (:); done

ip link set lo up
interface=eth0
[ -e /sys/class/net/vec0 ] && interface=vec0
ip link set "$interface" up
ip addr add "$NET.1$N/24" dev "$interface"

if [ "$ROLE" = server ]; then
  /run/modprobe nfsd
  mount -t nfsd nfsd /proc/fs/nfsd
  mount -t rpc_pipefs rpc_pipefs /var/lib/nfs/rpc_pipefs
  mount -t ext4 /dev/ubda /mnt/disk
  # Who may reclaim after a restart is on the disk, as on any server.
  mkdir -p /mnt/disk/export /mnt/disk/state/{v4recovery,nfsdcltrack}
  for folder in v4recovery nfsdcltrack; do mount --bind "/mnt/disk/state/$folder" "/var/lib/nfs/$folder"; done
  mount --bind /mnt/disk/export /mnt/export
  chmod 1777 /mnt/export
  rpcbind -w 2>/dev/null || rpcbind
  rpc.statd --no-notify
  exportfs -i -o rw,sync,no_root_squash,no_subtree_check,fsid=0,insecure "$NET.0/24:/mnt/export"
  rpc.mountd -p 20048
  if [ -n "$LEASE" ]; then
    echo "$LEASE" >/proc/fs/nfsd/nfsv4leasetime
    echo "$LEASE" >/proc/fs/nfsd/nfsv4gracetime
  fi
  rpc.nfsd -V 3 -V 4 -V 4.1 -V 4.2 -H "$NET.1$N" 8
  # The first time there is nobody to wait for.
  [ -e /mnt/disk/state/served ] || echo Y >/proc/fs/nfsd/v4_end_grace 2>/dev/null
  : >/mnt/disk/state/served
  cat /proc/fs/nfsd/versions /proc/fs/nfsd/threads
  mount --bind /mnt/export /mnt/q
else
  /run/modprobe nfs
  mount -t rpc_pipefs rpc_pipefs /var/lib/nfs/rpc_pipefs
  rpcbind -w 2>/dev/null || rpcbind
  rpc.statd --no-notify
  from=/
  [ "${VERSION%%.*}" = 3 ] && from=/mnt/export
  for _ in $(seq 120); do
    mount -t nfs -o "vers=$VERSION,proto=tcp${MNTOPTS:+,$MNTOPTS}" "$NET.10:$from" /mnt/q && break
    sleep 0.5
  done
  grep /mnt/q /proc/mounts
fi
echo "READY $ROLE$N $(cut -d' ' -f1 /proc/uptime)"
node "$HERE/agent.js" &
# The first process must stay, and bury the dead.
while :; do wait -n 2>/dev/null || sleep 5; done
