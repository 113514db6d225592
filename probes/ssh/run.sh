# The far side of one command, in a process group that ends with it, or with the connection.
#
#   run FOLDER     of the connection's keeper
#
# Standard input begins with two lines: a token, and the command, quoted for the shell and then for
# printf. What follows is the command's own. What follows the token on a line of the output or of the
# errors is said of the command: "begin" and "end", its number, its group's, and its exit code.

# What leads no group could not be ended with all that it starts.
read -r stat <"/proc/$$/stat"
set -f
set -- "$1" ${stat##*) }
set +f
[ "$4" = "$$" ] || exec setsid sh "$0" "$1"
folder=$1
IFS= read -r token && IFS= read -r line || exit 70
exec 8<"$folder/alive" || exit 70
(
  read -r _ <&8
  kill -s KILL -- "-$$"
) </dev/null >/dev/null 2>&1 &
eval "set -- $(printf %b "$line")"
printf '%s begin\n' "$token"
sh -c 'printf "%s pid %s %s\n" "$1" "$$" "$PPID" >&2; shift; exec "$@"' sh "$token" "$@" 8<&-
code=$?
printf '%s end\n' "$token"
printf '%s exit %s\n' "$token" "$code" >&2
kill -s KILL -- "-$$"
