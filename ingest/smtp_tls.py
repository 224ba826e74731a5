"""The certificate of the SMTP listener: looked at anew for each handshake, so that a renewed one needs no restart."""

import logging
import ssl
from pathlib import Path

from cases.errors import PermanentError

_log = logging.getLogger("ingest.smtp")

_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """A certificate chain and its key, both PEM files. Only the first load raises; later the last good one stays."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises PermanentError if they cannot be used."""
        self._files = (certificate, key)
        self._stamp = self._look()
        try:
            self._context = self._load()
        except (OSError, ValueError) as error:
            raise PermanentError(f"[smtp] tls_cert and tls_key: {error}") from error

    def context(self) -> ssl.SSLContext:
        """Give what a handshake needs, of the files as they are now."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp  # a broken file is complained of once, and tried again when it changes again
            extra = {"file": str(self._files[0])}
            try:
                self._context = self._load()
                _log.info("certificate loaded anew", extra=extra)
            except (OSError, ValueError) as error:
                extra["error"] = str(error)
                _log.error("the new certificate cannot be used, the old one stays", extra=extra)
        return self._context

    def _look(self) -> _Stamp:
        try:
            found = [path.stat() for path in self._files]
        except OSError:
            return ()
        return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Without an answer ready OpenSSL would ask the terminal for the passphrase of a locked key.
        certificate, key = self._files
        context.load_cert_chain(certificate, key, password=lambda: b"")
        return context
