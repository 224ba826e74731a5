"""Small programs in C that stand beside what is measured: the load, the sink, a slow fsync. Compiled on first use."""

import shutil
import subprocess
from pathlib import Path

from tests.service import ROOT

BUILD = ROOT / "build" / "bench"
_SOURCES = Path(__file__).parent


def compiled(name: str, *, library: bool = False) -> Path:
    """The program, or the library for LD_PRELOAD, out of NAME.c; made anew when that is newer."""
    source, made = _SOURCES / f"{name}.c", BUILD / (f"{name}.so" if library else name)
    if made.exists() and made.stat().st_mtime > source.stat().st_mtime:
        return made
    if shutil.which("gcc") is None:
        raise SystemExit("gcc is not installed (Debian: gcc, libc6-dev), and the benchmarks need it")
    BUILD.mkdir(parents=True, exist_ok=True)
    kind = ["-shared", "-fPIC"] if library else ["-pthread"]
    subprocess.run(["gcc", "-O2", "-Wall", *kind, "-o", made, source, "-ldl"], check=True)
    return made
