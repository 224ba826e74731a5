"""The real Dovecot of Debian's package on a folder and ports of its own, for tests. It needs root, as any Dovecot does.

Each user has a mailbox of their own, with "." between the levels of a folder's name, and all have one password. A token
is good when it stands in `tokens`, as OAuth 2's introspection would say.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
from imapclient import IMAPClient

from tests.service import free_port, wait_until
from tests.tls_files import write_certificate

PASSWORD = "opén-sesame"
_NOBODY = 65534
_CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {folder}
log_path = {folder}/dovecot.log
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:~/Maildir
mail_uid = {nobody}
mail_gid = {nobody}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = home={folder}/%u
}}
service anvil {{
  client_limit = 200
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
{more}
"""
_OAUTH = """
tokeninfo_url = http://127.0.0.1:{port}/?token=
username_attribute = email
active_attribute = active
active_value = yes
"""


class Dovecot:
    """A context manager; skips the test where Dovecot is not installed or nobody is root."""

    def __init__(self, *, mechanisms: str = "plain login xoauth2", more: str = "") -> None:
        if shutil.which("dovecot") is None:
            pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
        if os.geteuid() != 0:
            pytest.skip("Dovecot is started by root only")
        # Not pytest's own folder: the user who owns the mailboxes may not look into that.
        self.folder = Path(tempfile.mkdtemp(prefix="casepost-dovecot-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = self.folder / "cert.pem"
        self.tokens: dict[str, str] = {}
        self._mechanisms = mechanisms
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None
        self._introspection = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> Self:
        write_certificate(self.folder)
        conf = self.folder / "dovecot.conf"
        conf.write_text(
            _CONF.format(
                folder=self.folder,
                nobody=_NOBODY,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                mechanisms=self._mechanisms,
                more=self._more,
            )
        )
        (self.folder / "oauth2.conf").write_text(_OAUTH.format(port=self._introspection.server_port))
        threading.Thread(target=self._introspection.serve_forever, args=(0.05,), daemon=True).start()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._introspection.shutdown()
        self._introspection.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def stop(self) -> None:
        """End it with all its sessions."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def url(self, user: str, folder: str = "INBOX", *, tls: bool = False) -> str:
        """The address of a mailbox, as casepost.toml has it."""
        scheme, port = ("imaps", self.tls_port) if tls else ("imap", self.port)
        return f"{scheme}://{user}@127.0.0.1:{port}/{folder}"

    def home(self, user: str) -> None:
        """Make a user's home, which Dovecot may write to."""
        home = self.folder / user
        if not home.exists():
            home.mkdir()
            os.chown(home, _NOBODY, _NOBODY)

    def client(self, user: str) -> IMAPClient:
        """A client of the user's own, signed in; to be logged out."""
        self.home(user)
        client = IMAPClient("127.0.0.1", self.port, ssl=False)
        client.plain_login(user, PASSWORD)
        return client

    def put(self, user: str, mails: Sequence[EmailMessage | bytes], folder: str = "INBOX") -> None:
        """Lay mails into a folder, as a delivery does."""
        with self.client(user) as client:
            for one in mails:
                client.append(folder, one if isinstance(one, bytes) else one.as_bytes(policy=policy.SMTP))

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """The flags of each mail of a folder, without Recent; an empty list where it is not there."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.get_flags(client.search())
        return [tuple(sorted(flag for flag in flags if flag != rb"\Recent")) for flags in found.values()]

    def _answers(self) -> bool:
        try:
            with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=5):
                return True
        except OSError:
            return False

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        dovecot = self

        class Introspection(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
                user = dovecot.tokens.get(token)
                said = json.dumps({"email": user, "active": "yes"} if user else {"active": "no"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                pass

        return Introspection


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot, one a module."""
    with Dovecot() as running:
        yield running
