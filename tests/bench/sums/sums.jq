# The sums of a generated recording.
# Usage: jq -n -r --arg first 0x7f0040000000 --arg last 0x7f0044000000 -f sums.jq FILE
def bucket: if . == 0 then 0 else pow(2; logb) end | floor | tostring;
reduce inputs as $e (
  {calls: 0, pages: 0, grabs: 0, refs: 0, puts: 0, putRefs: 0, even: 0, r: {}, p: {}, lacks: {}};
  if $e.kind == "put" then .puts += $e.count | .putRefs += $e.count * $e.refs
  elif $e.kind == "run" then
    ($e.count * $e.refs) as $got
    | .grabs += $e.count | .refs += $got
    | if $e.path == "fast" then .r[$e.refs | bucket] += $e.count else . end
    | .lacks["\($e.tid) \($e.call)"] += -$got
  elif $e.kind == "call" then
    ($e.returned >= 0 and $e.address >= $first and $e.address < $last) as $inside
    | (if $e.run then $e.run.count * $e.run.refs else 0 end) as $got
    | .calls += 1 | .pages += ([0, $e.returned] | max)
    | if $e.run then
        .grabs += $e.run.count | .refs += $got
        | if $inside and $e.run.path == "fast"
          then .r[$e.run.refs | bucket] += $e.run.count else . end
      else . end
    | if $inside then
        .p[$e.returned | bucket] += 1
        | if $e.parts > 0 then .even += 1 | .lacks["\($e.tid) \($e.call)"] += $e.returned - $got
          elif $got == $e.returned then .even += 1 else . end
      else . end
  else . end)
| .even -= ([.lacks[] | select(. != 0)] | length)
| "\(.calls) \(.pages) \(.grabs) \(.refs) \(.puts) \(.putRefs) \(.even)",
  (.r | to_entries[] | "refs \(.key) \(.value)"),
  (.p | to_entries[] | "pages \(.key) \(.value)")
