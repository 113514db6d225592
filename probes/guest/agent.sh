#!/bin/sh
# The guest's end of the channel: runs one command after another for the host.
#
#   agent.sh NAME     NAME.io  carries the command's standard input and output,
#                     NAME.ctl carries the commands to the guest, and to the host
#                     the command's standard error, process id and exit code.
#
# The host sends two lines a command: a token, then the command as one line of shell. What follows
# the token on a line is the agent's own; it is random, so that no command prints it by chance.
#
# A command has a session of its own. What of it is left when it ends is killed: what that would
# print now would be taken for the next command's.

port() {
  for node in /sys/class/virtio-ports/*; do
    read -r label <"$node/name" && [ "$label" = "$1" ] && echo "/dev/${node##*/}" && return
  done
}

# A port can be opened by one process at a time: open each once and hand the descriptor on.
exec 3<>"$(port "$1.ctl")" 4<>"$(port "$1.io")" 0</dev/null 1>/dev/null 2>&1

busybox=/run/headcount/bin/busybox
while IFS= read -r token <&3 && IFS= read -r command <&3; do
  $busybox setsid $busybox sh -c "echo '$token' pid \$\$ >&3; exec $command 3>&- 4>&-" <&4 >&4 2>&3 &
  wait $!
  code=$?
  kill -s KILL -- "-$!"
  printf '%s end\n' "$token" >&4
  printf '%s exit %s\n' "$token" "$code" >&3
done
