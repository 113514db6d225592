#!/bin/sh
# Runs a guest so that nothing of it outlives headcount: when standard input ends, however headcount
# ended, QEMU is killed; when QEMU ends, its folder is removed.
#
#   supervise.sh DIRECTORY BACKING-BYTES "PORT PORT..." QEMU [ARGUMENT...]

# Its memory is no evidence that anybody could use, and large.
ulimit -c 0
# PIPE too: whoever read our output may be gone.
trap '' INT TERM HUP QUIT PIPE
directory=$1 backing=$2 ports=$3
shift 3

for port in $ports; do
  mkfifo "$directory/$port.in" "$directory/$port.out" || exit 126
done
truncate -s "$backing" "$directory/nvdimm" || exit 126

"$@" </dev/null &
qemu=$!
exec 3<&0
(
  read -r _ <&3
  kill -KILL "$qemu"
) 2>/dev/null &
watch=$!
wait "$qemu"
status=$?
kill -KILL "$watch" 2>/dev/null
rm -rf "$directory"
exit "$status"
