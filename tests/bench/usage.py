"""Runs a command and prints what it took, as JSON on standard error.

Usage: usage.py COMMAND...
"""

import json
import resource
import subprocess
import sys
import time

# What was run to get here, such as a wrapper of python3, counts as a child too.
before = resource.getrusage(resource.RUSAGE_CHILDREN)
begin = time.monotonic()
code = subprocess.run(sys.argv[1:], check=False).returncode
wall = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "code": code,
    "cpu": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
    "wall": wall,
    "peakMebibytes": used.ru_maxrss / 1024,
}), file=sys.stderr)
