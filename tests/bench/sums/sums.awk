# The sums of a generated recording, trusting the order of its fields.
# Usage: mawk -f sums.awk -v first=0x7f0040000000 -v end=0x7f0044000000 FILE
BEGIN { FS = "[:,]" }
function bucket(n,   lo) {
  if (n == 0) return 0
  for (lo = 1; lo * 2 <= n + 0;) lo *= 2
  return lo
}
$2 == "\"call\"" {
  calls++
  returned = $18
  got = 0
  address = substr($12, 2, length($12) - 2)
  inside = returned >= 0 && address >= first && address < end
  if (returned > 0) pages += returned
  if ($25 == "\"run\"") {
    grabs += $37
    got = $37 * $39
    refs += got
    if (inside && $27 == "\"fast\"") per_grab[$39 + 0] += $37
  }
  if (inside) {
    per_call[returned]++
    if ($NF == "0}") even += got == returned
    else { even++; lacks[$4, $6] += returned - got; if (lacks[$4, $6] == 0) delete lacks[$4, $6] }
  }
  next
}
$2 == "\"put\"" { puts += $18; put_refs += $18 * $20; next }
$2 == "\"run\"" {
  grabs += $18
  got = $18 * $20
  refs += got
  if ($8 == "\"fast\"") per_grab[$20 + 0] += $18
  lacks[$4, $6] -= got
  if (lacks[$4, $6] == 0) delete lacks[$4, $6]
}
END {
  for (key in lacks) if (lacks[key] != 0) even--
  printf "%d %d %d %d %d %d %d\n", calls, pages, grabs, refs, puts, put_refs, even
  for (n in per_grab) r[bucket(n)] += per_grab[n]
  for (n in per_call) p[bucket(n)] += per_call[n]
  for (lo in r) printf "refs %d %d\n", lo, r[lo]
  for (lo in p) printf "pages %d %d\n", lo, p[lo]
}
