"""The sums of a generated recording, line by line with json.loads.

Usage: sums.py FILE FIRST END (addresses of the buffer, as hex text)
"""

import json
import sys
from collections import Counter

path, first, end = sys.argv[1], int(sys.argv[2], 16), int(sys.argv[3], 16)
calls = pages = grabs = refs = puts = put_refs = even = 0
per_grab, per_call, lacks = Counter(), Counter(), Counter()

for line in open(path):
    event = json.loads(line)
    kind = event["kind"]
    if kind == "put":
        puts += event["count"]
        put_refs += event["count"] * event["refs"]
    elif kind == "run":
        got = event["count"] * event["refs"]
        grabs += event["count"]
        refs += got
        if event["path"] == "fast":
            per_grab[event["refs"].bit_length()] += event["count"]
        lacks[event["tid"], event["call"]] -= got
    elif kind == "call":
        calls += 1
        returned = event["returned"]
        pages += max(0, returned)
        run, got = event.get("run"), 0
        inside = returned >= 0 and first <= int(event["address"], 16) < end
        if run:
            got = run["count"] * run["refs"]
            grabs += run["count"]
            refs += got
            if inside and run["path"] == "fast":
                per_grab[run["refs"].bit_length()] += run["count"]
        if inside:
            per_call[returned.bit_length()] += 1
            if event["parts"]:
                even += 1
                lacks[event["tid"], event["call"]] += returned - got
            else:
                even += got == returned

even -= sum(1 for lack in lacks.values() if lack)
print(calls, pages, grabs, refs, puts, put_refs, even)
for name, counts in ("refs", per_grab), ("pages", per_call):
    for power, count in counts.items():
        print(name, 1 << power >> 1, count)
