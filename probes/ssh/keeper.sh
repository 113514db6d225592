# The far side of a connection: the shell that ends all that was started over it when the connection
# ends, however it ends. It is handed over as text, by whatever login shell there is, with two
# arguments: a token, and the text of run.sh.
#
# Lines that begin with the token are headcount's; what a login shell prints by itself is not. It says
# where its folder is, who it is, and "ready"; then it reads one line after the other and says each
# back. When there is no next line, or none for a minute, the connection is gone.

token=$1
umask 077
folder=$(mktemp -d "${TMPDIR:-/tmp}/headcount-XXXXXX") || exit 70
mkfifo "$folder/alive" || exit 70
printf '%s\n' "$2" >"$folder/run" || exit 70
echo 0 >"$folder/beat"
mkdir "$folder/files"
trap '' HUP INT QUIT TERM PIPE
# Whoever reads the FIFO learns when the last one that writes to it is gone: this shell.
exec 9<>"$folder/alive"

(
  last=
  while sleep 30; do
    read -r now <"$folder/beat" || now=
    [ "$now" != "$last" ] || break
    last=$now
  done
  kill -s KILL "$$"
  rm -rf "$folder"
) </dev/null >/dev/null 2>&1 9>&- &

deno=$(command -v deno) || deno=$HOME/.deno/bin/deno
[ -x "$deno" ] || deno=
printf "$token %s\n" "folder $folder" "user $(id -u) $(id -un)" "parent $PPID" "deno $deno" ready
while IFS= read -r beat; do
  printf '%s\n' "$beat" >"$folder/beat"
  printf "$token beat %s\n" "$beat"
done

exec 9>&-
rm -rf "$folder"
kill -s KILL -- "-$$" 2>/dev/null
