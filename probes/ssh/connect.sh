#!/bin/sh
# Runs ssh so that nothing of it outlives headcount: when standard input ends, however headcount ended,
# the far side ends, and with it ssh; then the folder of its socket is removed.
#
#   connect.sh DIRECTORY SSH-ARGUMENT...
#
# It stays in the terminal's process group, where ssh may ask for a passphrase. Ctrl-C is headcount's to
# handle: ssh does not hear it.

trap '' INT QUIT HUP
directory=$1
shift
exec 3<&0
ssh "$@" <&3 3<&- &
ssh=$!
exec 3<&- </dev/null
trap 'kill -s KILL "$ssh"' TERM
wait "$ssh"
status=$?
# A signal ends the first wait before ssh has ended.
wait "$ssh" 2>/dev/null
rm -rf "$directory"
exit "$status"
