"""RT, Debian's request-tracker5 on SQLite: mails posted to its gateway by HTTP as rt-mailgate does it.

Its configuration, database and server are our own: nothing of an RT of this machine is touched.
"""

import http.client
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.mails import BenchMail
from bench.peers.peer import Miscounted, Skipped, Taken, install_debian
from tests.service import free_port, wait_until

_PACKAGES = ("request-tracker5", "rt5-db-sqlite", "rt5-standalone", "starman")
_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
_INITIAL = Path("/usr/share/request-tracker5/etc")
_WORKERS = 2
_CONFIG = """
Set($rtname, 'bench');
Set($Organization, 'casepost.example');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($CorrespondAddress, 'rt@casepost.example');
Set($CommentAddress, 'rt-comment@casepost.example');
Set($MailCommand, 'testfile');
Set($LogDir, '{folder}');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
Set($LogToFile, undef);
Set($MasonDataDir, '{folder}/mason');
Set($MasonLocalComponentRoot, '{folder}/local');
Set($MasonSessionDir, '{folder}/sessions');
Set(%GnuPG, Enable => 0);
Set(%SMIME, Enable => 0);
1;
"""
# As it is installed it refuses mail of strangers, and is fast at that.
_RIGHTS = """
@ACL = map {
    { GroupDomain => 'SystemInternal', GroupType => 'Everyone', Queue => 'General', Right => $_ }
} qw(CreateTicket ReplyToTicket);
1;
"""


class RequestTracker:
    """A peer; see bench/peers/peer.py."""

    name = "RT"

    def __init__(self, _folder: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()

    def __enter__(self) -> Self:
        install_debian(*_PACKAGES)
        if not _SERVER.exists():
            raise Skipped("request-tracker5 is not where Debian puts it")
        self._folder = Path(tempfile.mkdtemp(prefix="casepost-bench-rt-"))
        for name in ("mason", "local", "sessions", "conf.d"):
            (self._folder / name).mkdir()
        config = self._folder / "RT_SiteConfig.pm"
        config.write_text(_CONFIG.format(folder=self._folder, port=self._port))
        self._environ = {
            **os.environ,
            "RT_SITE_CONFIG": str(config),
            "RT_SITE_CONFIG_DIR": str(self._folder / "conf.d"),
            "TMPDIR": str(self._folder),  # autoreplies are written to a file here
        }
        rights = self._folder / "rights"
        rights.write_text(_RIGHTS)
        self._set_up("--action", "init", "--dba", "root", "--dba-password", "")
        self._set_up("--action", "insert", "--datafile", str(rights))
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def take(self, mails: Sequence[BenchMail]) -> Taken:
        """A ticket of each mail; as many at a time as it has workers."""
        before = self._count()
        began = time.perf_counter()
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(self._post, mails))
        seconds = time.perf_counter() - began
        written = self._count("Transactions WHERE Type = 'EmailRecord'")
        if written < self._count():
            raise Miscounted(f"RT wrote {written} autoreplies")
        return Taken(mails=len(mails), seconds=seconds, tickets=self._count() - before).checked(self.name)

    def _post(self, mail: BenchMail) -> None:
        bound = "bench-bound"
        fields = "".join(
            f'--{bound}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("queue", "General"), ("action", "correspond"))
        )
        head = f'--{bound}\r\nContent-Disposition: form-data; name="message"; filename=""\r\n'
        body = f"{fields}{head}Content-Type: application/octet-stream\r\n\r\n".encode()
        body += mail.raw.replace(b"\r\n", b"\n") + f"\r\n--{bound}--\r\n".encode()
        client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        client.request(
            "POST",
            "/REST/1.0/NoAuth/mail-gateway",
            body,
            {"Content-Type": f"multipart/form-data; boundary={bound}"},
        )
        reply = client.getresponse()
        said = reply.read()
        client.close()
        if reply.status != 200 or not said.startswith(b"ok"):
            raise Skipped(f"RT's gateway says {reply.status} {said[:200]!r}; {self._log()}")

    def _count(self, what: str = "Tickets") -> int:
        with sqlite3.connect(self._folder / "rt.db", timeout=60) as database:
            return int(database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

    def _start(self) -> None:
        options = ["--server", "Starman", "--host", "127.0.0.1", "--port", str(self._port), "--env", "deployment"]
        with (self._folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [_SERVER, *options, "--workers", str(_WORKERS)],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
            )
        wait_until(self._answers, 60)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise Skipped(f"RT's server does not start: {self._log()}")
        client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            client.request("GET", "/NoAuth/css/none")
            return client.getresponse().status > 0
        except OSError:
            return False
        finally:
            client.close()

    def _log(self) -> str:
        return (self._folder / "server.log").read_text(errors="replace")[-500:]

    def _set_up(self, *arguments: str) -> None:
        done = subprocess.run(
            ["rt-setup-database-5", *arguments],
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd=self._folder,
        )
        if done.returncode:
            raise Skipped(f"rt-setup-database {arguments[1]}: {(done.stdout + done.stderr).strip()[-500:]}")
