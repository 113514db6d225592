#!/bin/sh
# Runs a command so that neither it nor anything that it starts outlives headcount: when standard
# input ends, however headcount ended, all of its process group is told to end.
#
#   make.sh COMMAND [ARGUMENT...]

# What would have a kernel built elsewhere, otherwise, or called something else.
unset KBUILD_OUTPUT KBUILD_EXTMOD KBUILD_SRC O ARCH SUBARCH CROSS_COMPILE LOCALVERSION \
  KCONFIG_CONFIG KCONFIG_ALLCONFIG KCONFIG_DEFCONFIG_LIST CONFIG_ MAKEFLAGS MFLAGS MAKEOVERRIDES \
  MAKELEVEL
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

# Not ignored: what is started would ignore them, too.
trap : INT TERM HUP QUIT PIPE
exec 3<&0
"$@" </dev/null 2>&1 3<&- &
command=$!
(
  trap '' TERM
  read -r _ <&3
  kill -TERM 0
) 2>/dev/null &
watch=$!
exec 3<&-
wait "$command"
status=$?
# A signal ends the wait, not the command.
while kill -0 "$command" 2>/dev/null; do
  wait "$command"
  status=$?
done
kill -KILL "$watch" 2>/dev/null
exit "$status"
