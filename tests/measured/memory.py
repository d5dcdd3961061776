"""The peak memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path


def read_peak() -> float:
    """Return the peak memory in MiB.

    getrusage counts the parent's memory from before the exec, so where there is /proc the high-water mark of this
    process alone is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
