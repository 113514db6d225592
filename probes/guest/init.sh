#!/bin/busybox sh
# First process of a headcount guest. It loads the modules in /modules, mounts the host's root
# read-only over 9p, puts tmpfs where writing is needed, and starts the agents of the channel. Where
# the kernel's command line has headcount_shares=N, the root is that of the image of tools, and of
# the host there are N folders.
#
# What it prints on the console in lines that start with "headcount:" is read by the host:
#   headcount: phase NAME      a phase begins
#   headcount: note TEXT       something that slows the guest down but does not stop it
#   headcount: failed TEXT     it cannot go on; the machine is switched off

say() { echo "headcount: $*" >/dev/console; }
fail() {
  say "failed $*"
  poweroff -f
}

/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sys /sys

say phase modules
while read -r module; do
  case $module in
    brd.ko) options="rd_nr=1 rd_size=$headcount_disk_kib" ;;
    *) options= ;;
  esac
  why=$(insmod "/modules/$module" $options 2>&1) || fail "module $module: ${why#insmod: }"
done </modules/order

# Mounts what the host shares by the name $1 on $2; $3 is what it is.
mount_share() {
  why=$(mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose "$1" "$2" 2>&1) ||
    fail "$3 over 9p: ${why#mount: } (a kernel without built-in virtio and 9p needs --modules)"
}

# Programs are paged in from the image of tools while they run: read far ahead.
[ ! -b /dev/vda ] || echo 2048 >/sys/block/vda/queue/read_ahead_kb

say phase root
if [ -z "$headcount_shares" ]; then
  mount_share host /root "host root"
else
  mkdir /tools
  why=$(mount -t ext4 -o ro /dev/vda /tools 2>&1) ||
    fail "image of tools: ${why#mount: } (--no-host-root needs a kernel with virtio-blk and ext4)"
  mount -o bind /tools/root /root || fail "bind of the root in the image of tools"
fi
for place in tmp run var/tmp; do
  mount -t tmpfs tmpfs "/root/$place" || fail "tmpfs on /$place"
done
mkdir -p /root/run/headcount/bin /root/run/headcount/host /root/run/headcount/tools
if [ -z "$headcount_shares" ]; then
  mount -o bind /root /root/run/headcount/host || fail "bind of the host's root"
fi
share=0
while [ "$share" -lt "${headcount_shares:-0}" ]; do
  mkdir -p "/root/run/headcount/share/$share"
  mount_share "share$share" "/root/run/headcount/share/$share" "folder of the host"
  share=$((share + 1))
done
mount -t devtmpfs dev /root/dev
# The kernel does not make it, and bpftrace 0.27 compiles through it.
ln -s /proc/self/fd /root/dev/fd
mount -t proc proc /root/proc
mount -t sysfs sys /root/sys
mount -t debugfs debug /root/sys/kernel/debug
mount -t tracefs tracing /root/sys/kernel/tracing
# It shows whether the kernel is locked down; one without security modules has none.
mount -t securityfs security /root/sys/kernel/security 2>/dev/null
if [ -n "$headcount_shares" ]; then
  mount -o bind /tools /root/run/headcount/tools || fail "bind of the image of tools"
elif [ -b /dev/vda ]; then
  mount -t ext4 -o ro /dev/vda /root/run/headcount/tools ||
    say note "the kernel cannot mount the image of tools: they run over 9p, which is slower"
else
  say note "the kernel has no virtio-blk: tools run over 9p, which is slower"
fi
cp /bin/busybox /agent.sh /root/run/headcount/bin/

# Under emulation it booted on one processor, see guest.ts.
for processor in /sys/devices/system/cpu/cpu[1-9]*/online; do
  [ ! -e "$processor" ] || echo 1 >"$processor"
done
cd /sys/devices/system/cpu
read -r online <online
read -r present <present
[ "$online" = "$present" ] || say note "of processors $present only $online came up"
cd /

say phase agent
waited=0
while [ "$(cat /sys/class/virtio-ports/*/name 2>/dev/null | grep -c '^headcount')" -lt "$headcount_ports" ]; do
  waited=$((waited + 1))
  [ "$waited" -le 500 ] || fail "virtio console: its ports did not appear"
  usleep 10000
done
export HOME=/tmp TMPDIR=/tmp TERM=dumb LANG=C.UTF-8
export PATH=/run/headcount/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LD_LIBRARY_PATH=/run/headcount/tools/lib
slot=0
while [ "$slot" -lt "$((headcount_ports / 2))" ]; do
  chroot /root /run/headcount/bin/busybox sh /run/headcount/bin/agent.sh "headcount.$slot" &
  slot=$((slot + 1))
done
say phase ready

while :; do
  wait
  sleep 60
done
