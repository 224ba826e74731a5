"""The recipients of a bounce that has no machine-readable part: from the words of the mail system, in any language."""

import itertools
import re
from collections.abc import Iterator

from cases.mail import BouncedRecipient
from ingest.read.bounce_address import find_address_at_start, find_addresses, find_reply_class, find_status
from ingest.read.bounce_words import cut_copy, tells_delay, tells_failure
from ingest.read.words import clean_line

MAX_TEXT = 32_000
_MAX_LINES = 600
_MAX_LINE = 1_000
_MAX_RECIPIENTS = 100
_LINES_BELOW = 25
_SHORTEST_REASON = 8
# Lines that name somebody else: who is to be asked, who sent it, which server it was, who made the alias.
_OF_OTHERS = re.compile(
    r"postmaster|mailer-daemon|abuse@|contact (?:the|your|our|us)|please (?:contact|send|forward|e?-?mail)"
    r"|administrator|\b(?:from|sender|reply-to|return-path|message-id|x-[\w-]{1,30}|received|de|von|expéditeur"
    r"|mittente|afzender|nadawca|avsändare|gönderen)\s?[:：]|差出人|发件人|寄件|generated from|wenden sie sich|help"
    r"|support@|mail from:|https?://",
    re.IGNORECASE,
)
_SENT_TO = re.compile(
    r"\s{0,20}(?:to|an|à|pour|a|para|aan|naar|do|till|kime|宛先|收件人|rcpt to|recipient|empfänger|destinataire"
    r"|failed recipient|addressed to|original recipient|final recipient)\s?[:：]",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"\A\W{0,5}(?:warning|warnung|achtung|avertissement|aviso|avviso|waarschuwing)\s?:\s?", re.IGNORECASE
)
_STILL_TRIED = re.compile(
    r"(?:attempts|tries) will continue|will be retried|still being retried|no action is required|warning only"
    r"|advisory[- ]only",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"fail|permanent|undeliver|g[ai]ve?n? up|giving up|returned|fehlgeschlagen|unzustellbar|échec|non remis|mancat"
    r"|fallid|mislukt|misslyck|başarısız|失敗|失败",
    re.IGNORECASE,
)
_X400 = re.compile(r"\bSMTP[=:][^\s;]{3,320}", re.IGNORECASE)
_CODE_LINE = re.compile(r"(?<![\w.])[45]\d\d[ -]|(?<![\w.])[45]\.\d{1,3}\.\d{1,3}\b")


def find_recipients(text: str, own: frozenset[str]) -> list[str]:
    """Who was not reached. `own` are folded addresses that are the bounce's own: its author and whom it came to.

    In this order, the first that finds any: addresses under or in a line that tells of a failure; an address beside
    an SMTP reply; the To of the mail as the bounce quotes it; the only other address there is.
    """
    lines = [line[:_MAX_LINE] for line in cut_copy(text[:MAX_TEXT]).split("\n")[:_MAX_LINES]]
    found: Iterator[list[str]] = (find(lines, own) for find in (_under_failures, _beside_codes, _sent_to, _only_one))
    return next((one for one in found if one), [])[:_MAX_RECIPIENTS]


def describe(addresses: list[str], text: str, *, late: bool) -> tuple[BouncedRecipient, ...]:
    """Each address with the status and the diagnosis that stand beside it, or those of the whole text."""
    capped = cut_copy(text[:MAX_TEXT])
    lines = [line[:_MAX_LINE] for line in capped.split("\n")[:_MAX_LINES]]
    whole = next((line for line in lines if _CODE_LINE.search(line)), "")
    return tuple(_describe(address, addresses, lines, whole, late=late) for address in addresses[:_MAX_RECIPIENTS])


def is_late(subject: str, text: str) -> bool:
    """Whether it only warns: delivery is still being tried. A subject of a failure needs plain words against it."""
    # "Undeliverable: Parcel delayed": what follows the colon is the subject of the mail that came back.
    kind = _WARNING.sub("", subject[:500], count=1).split(":")[0]
    if tells_delay(kind):
        return True
    words = cut_copy(text[:MAX_TEXT])[:4_000]
    return _STILL_TRIED.search(words) is not None or (tells_delay(words) and not _GIVEN_UP.search(f"{kind}\n{words}"))


def _under_failures(lines: list[str], own: frozenset[str]) -> list[str]:
    out: dict[str, str] = {}
    left = 0
    for index, line in enumerate(lines):
        if not line.strip() or _OF_OTHERS.search(line):
            continue
        named = (find_address_at_start(line) or _behind_smtp(line)) if left else None
        # A sentence may be wrapped: "could not / be delivered to one or more recipients".
        sentence = f"{lines[index - 1]} {line}" if index and lines[index - 1].strip() else line
        if named is None and tells_failure(sentence):
            left = _LINES_BELOW
            in_line = [one for one in find_addresses(line) if one.lower() not in own]
            named = in_line[0] if in_line else None
        left = _LINES_BELOW if named else max(0, left - 1)
        if named and named.lower() not in own:
            out.setdefault(named.lower(), named)
    return list(out.values())


def _behind_smtp(line: str) -> str | None:
    """The address that Exchange writes within an X.400 name: "c=DE;a= ;p=Shop;dda:SMTP=dan@old.example; on …"."""
    found = _X400.search(line)
    return next(iter(find_addresses(found[0])), None) if found else None


def _beside_codes(lines: list[str], own: frozenset[str]) -> list[str]:
    coded = "\n".join(line for line in lines if _CODE_LINE.search(line) and not _OF_OTHERS.search(line))
    return [one for one in find_addresses(coded) if one.lower() not in own][:1]


def _sent_to(lines: list[str], own: frozenset[str]) -> list[str]:
    quoted = "\n".join(line for line in lines if _SENT_TO.match(line))
    return [one for one in find_addresses(quoted) if one.lower() not in own]


def _only_one(lines: list[str], own: frozenset[str]) -> list[str]:
    rest = [one for one in find_addresses("\n".join(lines)) if one.lower() not in own]
    named = [one for one in rest if not _OF_OTHERS.search(one)]
    return named if len(named) == 1 else []


def _describe(address: str, all_of_them: list[str], lines: list[str], whole: str, *, late: bool) -> BouncedRecipient:
    diagnostic = _diagnosis(address, all_of_them, lines) or whole or _reason(address, lines)
    digit = find_reply_class(diagnostic)
    status = find_status(diagnostic) or find_status(whole) or (f"{digit}.0.0" if digit else "")
    return BouncedRecipient(
        address=address,
        action="delayed" if late else "failed",
        status=status or ("4.0.0" if late else "5.0.0"),
        diagnostic=clean_line(diagnostic)[:1_000],
    )


def _diagnosis(address: str, all_of_them: list[str], lines: list[str]) -> str:
    """The line with a code at or below the recipient's name, before the next recipient; else the words beside it."""
    others = [other.lower() for other in all_of_them if other != address]
    start = next((index for index, line in enumerate(lines) if address.lower() in line.lower()), None)
    if start is None:
        return ""
    below = lines[start : start + _LINES_BELOW]
    for index, line in enumerate(below):
        if index and any(other in line.lower() for other in others):
            break
        if _CODE_LINE.search(line.replace(address, "")):
            return " ".join([line, *_wrapped(below[index + 1 : index + 4])])
    return ""


def _wrapped(lines: list[str]) -> Iterator[str]:
    """The indented lines in which an SMTP reply goes on."""
    return itertools.takewhile(
        lambda line: line[:1] in (" ", "\t") and line.strip() and not _CODE_LINE.search(line), lines
    )


def _reason(address: str, lines: list[str]) -> str:
    """What stands behind an address on its line, or on the next one: "<dan@old.example>: mailbox is full"."""
    start = next((index for index, line in enumerate(lines) if address.lower() in line.lower()), None)
    if start is None:
        return ""
    behind = lines[start][lines[start].lower().find(address.lower()) + len(address) :].strip(" \t>'\"[]():,;")
    below = next((line.strip() for line in lines[start + 1 : start + 4] if line.strip()), "")
    return behind if len(behind) > _SHORTEST_REASON else below
