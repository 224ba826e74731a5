"""ARC (RFC 8617) by dkimpy: what a sealer whom the administrator has named saw before it changed or forwarded a mail.

Believed is only the newest seal, if it is by one of these domains and the whole chain holds. Then its
ARC-Authentication-Results counts as that of a trusted relay would.
"""

import re

import dkim

from ingest.identity.coverage import find_uncovered, signed_names
from ingest.identity.domains import ascii_domain
from ingest.identity.lookups import Lookups
from ingest.identity.results import Result, parse_results
from ingest.identity.signatures import (
    SILENT,
    Key,
    Letter,
    find_signer,
    find_weakness,
    is_costly,
    parse_signature,
)

_FIELDS = (b"arc-seal", b"arc-message-signature", b"arc-authentication-results")
_MAX_SETS = 10  # RFC 8617 allows 50; each costs two lookups, and no mail is forwarded so often
_INSTANCE = re.compile(rb"(?:^|[;\s])i\s{0,10}=\s{0,10}([0-9]{1,2})(?=[;\s]|$)")
_AAR = re.compile(r"\s*i\s*=\s*[0-9]{1,2}\s*;")


class _Chain(dkim.ARC):  # type: ignore[misc]  # dkimpy has no types
    """dkimpy's verifier on fields that were split here, for a body that was hashed here, with keys looked at here."""

    def __init__(self, letter: Letter, lookups: Lookups) -> None:
        super().__init__(logger=SILENT, minkey=1024)
        self.headers = [[name, value] for name, value in letter.block.fields]
        self._letter = letter
        self._lookups = lookups

    def verify_sig(
        self,
        sig: dict[bytes, bytes],
        include_headers: list[bytes],
        sig_header: tuple[bytes, bytes],
        dnsfunc: object,  # noqa: ARG002
    ) -> bool:
        """dkimpy's step for a seal, which has no bh=, and for a message signature, which has."""
        if b"bh" in sig and (b"l" in sig or not self._letter.bodies.fits(sig)):
            return False
        key = Key(self._lookups, sig)
        asked = {name: value for name, value in sig.items() if name != b"bh"}
        return bool(super().verify_sig(asked, include_headers, sig_header, key.find)) and not key.why_not


def find_sealed_results(
    letter: Letter, sealers: tuple[str, ...], lookups: Lookups
) -> tuple[str, tuple[Result, ...]] | None:
    """The newest sealer and the results it has sealed, if it is named and the chain holds; else None."""
    fields = [(name.lower(), value) for name, value in letter.block.fields if name.lower() in _FIELDS]
    newest = _find_newest(fields)
    if newest is None or len(fields) > 3 * _MAX_SETS:
        return None
    seal, signature = newest
    sealer = find_signer(parse_signature(seal))
    tags = parse_signature(signature)
    if sealer not in sealers or tags is None or any(is_costly(value) for _, value in fields):
        return None
    if find_weakness(tags, letter.received_at) or find_uncovered(letter.block, signed_names(tags)):
        return None
    try:
        state, instances, _ = _Chain(letter, lookups).verify(dnsfunc=None)
        latest = instances[0]
        signed_by = ascii_domain(latest["as-domain"].decode("ascii"))
    except Exception:  # noqa: BLE001  dkimpy raises whatever a hostile chain provokes
        return None
    if state != dkim.CV_Pass or signed_by != sealer:
        return None
    text = latest["aar-value"].decode("utf-8", "replace")
    results = parse_results(_AAR.sub("", text, count=1))
    return (sealer, results.results) if sealer and results else None


def _find_newest(fields: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
    """Seal and message signature of the highest instance; None unless each is there exactly once."""
    instances = {int(match[1]) for _, value in fields if (match := _INSTANCE.search(value))}
    if not instances or len(instances) > _MAX_SETS or max(instances) != len(instances):
        return None
    newest = max(instances)
    found = {
        wanted: [
            value
            for name, value in fields
            if name == wanted and (match := _INSTANCE.search(value)) and int(match[1]) == newest
        ]
        for wanted in _FIELDS
    }
    if any(len(values) != 1 for values in found.values()):
        return None
    return found[b"arc-seal"][0], found[b"arc-message-signature"][0]
