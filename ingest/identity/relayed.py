"""Mail by a trusted relay: what its own Authentication-Results says, and nothing else in the mail.

Only the topmost field with the configured authserv-id can prove an author (RFC 8601 section 5): the relay writes above
what it was given, so a field that came in with the mail stands below its own. Milters write one field each, and the
last one writes on top. That is the DMARC milter wherever there is one, because it needs the results of the others, so
the top field is enough. The next fields of the same id may stem from the relay's other milters as well as from a
sender who forged the id and a relay that did not remove it. They can therefore make things worse and never better: a
DMARC failure counts wherever in that block it stands, a pass only at the top. The block ends at the next Received.
"""

from itertools import takewhile

from cases.identity import Identity, Verdict
from ingest.identity.judge import judge_results
from ingest.identity.results import MAX_CHARS, Results, parse_results

_NAME = "authentication-results"
_MAX_FIELDS = 20


def judge_relayed(fields: tuple[tuple[str, bytes], ...], domain: str, authserv_id: str) -> Identity:
    """The verdict of a trusted relay. `fields`: lower-case names and unfolded values, from the top."""
    if not authserv_id:
        return Identity(detail="no authserv_id is configured, so no Authentication-Results is believed")
    block = _find_block(fields, authserv_id.lower())
    if not block:
        return Identity(detail=f"no Authentication-Results of {authserv_id}")
    verdicts = [judge_results(one.results, domain, authserv_id) for one in block]
    if verdicts[0].verdict is Verdict.NONE:
        return next((one for one in verdicts if one.verdict is Verdict.FAIL), verdicts[0])
    return verdicts[0]


def _find_block(fields: tuple[tuple[str, bytes], ...], authserv_id: str) -> list[Results]:
    """The topmost field of that id and those of the same id down to the next Received, parsed."""
    for position, (name, value) in enumerate(fields):
        if name != _NAME:
            continue
        first = _parse(value)
        if first is None:
            return []  # it may be the relay's own, torn by what a sender slipped in: what follows may be forged
        if first.authserv_id == authserv_id:
            below = takewhile(lambda field: field[0] != "received", fields[position + 1 :])
            others = [_parse(value) for name, value in below if name == _NAME][:_MAX_FIELDS]
            return [first, *(one for one in others if one is not None and one.authserv_id == authserv_id)]
    return []


def _parse(value: bytes) -> Results | None:
    return parse_results(value.decode("utf-8", "replace")) if len(value) <= MAX_CHARS else None
