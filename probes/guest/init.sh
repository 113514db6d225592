#!/bin/busybox sh
# First process of a headcount guest. It loads the modules in /modules, mounts the host's root
# read-only over 9p, puts tmpfs where writing is needed, and starts the agents of the channel.
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

say phase root
why=$(mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /root 2>&1) ||
  fail "host root over 9p: ${why#mount: } (a kernel without built-in virtio and 9p needs --modules)"
for place in tmp run var/tmp; do
  mount -t tmpfs tmpfs "/root/$place" || fail "tmpfs on /$place"
done
mkdir -p /root/run/headcount/bin /root/run/headcount/host /root/run/headcount/tools
mount -o bind /root /root/run/headcount/host || fail "bind of the host's root"
mount -t devtmpfs dev /root/dev
# The kernel does not make it, and bpftrace 0.27 compiles through it.
ln -s /proc/self/fd /root/dev/fd
mount -t proc proc /root/proc
mount -t sysfs sys /root/sys
mount -t debugfs debug /root/sys/kernel/debug
mount -t tracefs tracing /root/sys/kernel/tracing
# It shows whether the kernel is locked down; one without security modules has none.
mount -t securityfs security /root/sys/kernel/security 2>/dev/null
if [ -b /dev/vda ]; then
  # Programs are paged in from the image while they run: read far ahead.
  echo 2048 >/sys/block/vda/queue/read_ahead_kb
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
