"""The name of a node on leases: the same after each restart, and another one in a copy of its data_dir."""

import contextlib
import hashlib
import secrets
from pathlib import Path

from store.folders import make_folder, write_durably

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def find_node_name(data_dir: Path, *, boot: Path = _BOOT) -> str:
    """The node's name: what the file `node` says, made at the first start, and what nobody can copy with that file.

    A data_dir that is cloned with its machine would else have two nodes free each other's leases in full work. A clone
    differs by the file's place on the disk or by the boot of its machine (random(4), boot_id). After a boot of its own
    a node does not know its old leases either; these are over by then.
    """
    path = data_dir / "node"
    make_folder(data_dir)
    if not path.exists():
        write_durably(path, secrets.token_hex(8))
    where = path.stat()
    booted = ""
    with contextlib.suppress(OSError):
        booted = boot.read_text().strip()
    here = hashlib.sha256(f"{booted}:{where.st_dev}:{where.st_ino}".encode()).hexdigest()[:12]
    return f"{path.read_text().strip()}.{here}"
