"""Strings that make a careless pattern slow: words of an extractor's alphabet, again and again, then one that fails.

`python -m tests.hostile.pumps` times every extractor on 200 of them at 100,000 characters and at twice that. Prints the
slowest and the worst ratio of each; ends with 1 when one takes more than 100 ms or grows faster than in proportion.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ingest.commands import parse_commands
from ingest.identifiers.mask import mask_cards
from ingest.identifiers.search import find_identifiers
from ingest.kind_signs.bodies import find_automatic_words
from ingest.kind_signs.bounces import is_bounce_text
from ingest.kind_signs.subjects import is_automatic_subject
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.bounce_status import parse_delivery_status
from ingest.read.bounce_text import describe, find_recipients
from ingest.read.calendar_text import calendar_to_text
from ingest.read.defects import Defects
from ingest.read.filenames import safe_filename
from ingest.read.headers import find_date, find_message_ids
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.language import find_language
from ingest.read.markup import enriched_to_text, richtext_to_text
from ingest.read.params import parse_parameterised
from ingest.read.reply_text import split_reply
from ingest.read.words import decode_words
from ingest.topics import find_topic, is_urgent

SIZE = 100_000
COUNT = 200
MAX_SECONDS = 0.1
MAX_RATIO = 2.5
_NOISE = 0.01  # seconds: below that a ratio of two times says nothing
_FAIL = ("!", "\n\n", "\x00", "x", "@", ">", "<", ")", '"', " ", "0", "\u202e", ":", "-", "a\nb")

# fmt: off
_BLANKS = (" ", "\n", "\t", "\r\n", "\u00a0", " \n", "> ", ">", "\n> ", "- ", "_", "*", "|", ".", ",", ";", ":")
_NUMBERS = (
    "1", "12 ", "1-", "302-", "302-1234567-", "1Z", "A", "B0", "X00", "FBA1A", "DE 1", "DE88 7015 ", "CHE-1", "SKU ",
    "SKU\nA-1\n", "error 8541 and ", "case ", "order no ", "bestell", "Rechnung a ", "EAN a", "tracking 12 ", "nr.",
    "注文", "番号", "(", "[", "http://", "http://a ", "www.a ", "@", "a@", "<a@", "%2F", "CP-1", "+49 ", "00 ", "(0)",
    "4111 ", "4-", "4\n", "978-", "ISBN 1-", "RR 8 ", "2026-",
    "12.11.", "?asin=", "/dp/B", "０−", "O0", "Il|", "a;b\n",
)
_REPLIES = (
    "On ", "On Thu, ", "wrote:", "Am 12.11.2026 um 10:00 schrieb ", "schrieb:",
    "Le jeu. ", "a écrit :", "From: ", "Von: ",
    "Sent: ", "-----Original Message-----\n", "________________________________\n", "-- \n", "Sent from my iPhone\n",
    "Gesendet von ", "Mit freundlichen Grüßen\n", "Best regards,\n", "Jan\n", "<a@b.example>",
    "写道：", "のメール:", "#", "=",
)
_MARKUP = (
    "<", ">", "<a", "<div>", "</div>", "<p>", "<br>",
    "<table><tr><td>", "</td>", "<blockquote>", "<!--", "-->", "<style>",
    "</style>", "<![CDATA[", "&", "&#", "&amp;", "&nbsp;", "<a href='http://x'>", "<img src=x>", "<font color=white>",
    "<span style='display:none'>", "<p style='color:#fff;background:#fff'>", "a{color:red}", "@media{",
    "{", "}", "<b><i>",
    "<select><option>", "<li>", "<ul><li>", "<script>", "<svg>", "<param>", "<<", "</", "='", '="', " a=b",
)
_ADDRESSES = (
    "(", ")", "<", ">", '"', "\\", "a@b,", "a@b;", "=?utf-8?q?",
    "?=", "=?utf-8?q?a?= ", "a ", "@", ":", '"a" ', "()", "a.",
    "<a@b>", "a <a@b.example>, ", "=?utf-8?b?AAAA", "=?gb2312?b?tqm1pQ==?= ", "=?", "? ",
    "\x00", "\ufffd", "ü", "-", "_",
)
_PARAMETERS = (
    "a=b;", 'a="', 'a="b" ', "a*1*=x;", "; ", "(",
    "a*9999=b;", "filename=a;", 'filename="a"b;', "filename*0*=%;", "'", "%41",
    "a=b c;", "=?utf-8?q?a?=", "\\", "*", "=", "..", "/", "\\..\\",
    "con.", "\u202e", "\u200b", ".exe", " .", "é", "e\u0301",
)
_BOUNCES = (
    "550 5.1.1 ", "<a@b.example>", "a@b.example ", "Final-Recipient: rfc822; ", "Action: failed\n", "Status: 5.1.1\n",
    "Diagnostic-Code: smtp; ", "user unknown", "Delivery has failed",
    "could not be delivered", "Undelivered", "----- ",
    "The following addresses ", "konnte nicht zugestellt werden", "n'a pas pu être", "host ",
    "said: ", "(", "[1.2.3.4]",
    "Reason: ", "\n\n", ": ", "quota", "out of the office",
    "Abwesenheit", "automatic reply", "#5.1.1 ", "5.", "smtp;",
)
_COMMANDS = (
    "#", "#close\n", "#note ", "#wait 2d\n", "#wait ", "2d",
    "#assign a@b\n", "#merge ", "4821773099", "#priority ", "\n", "##",
    "# ", "#tag ", "#template ", "a", "9", "@", "<#",
    "\u200b#", "#\x00", "#help\n", "#queue ", "#remove ", "#add a@b.example\n",
)
_CALENDAR = (
    "BEGIN:VEVENT\n", "END:VEVENT\n", "ORGANIZER;CN=", "SUMMARY:", "\n ",
    ":", ";", "\\n", "DTSTART:2026", "\\",
)
# fmt: on


@dataclass(frozen=True, kw_only=True, slots=True)
class Extractor:
    """Something that is asked of every mail, and the words it looks for."""

    work: Callable[[str], object]
    alphabet: tuple[str, ...]


def _find_in_status(text: str) -> object:
    return parse_delivery_status(text.encode("utf-8", "surrogatepass"), Defects())


EXTRACTORS: Mapping[str, Extractor] = {
    "identifiers": Extractor(work=lambda text: find_identifiers(text, "de"), alphabet=_NUMBERS),
    "card numbers": Extractor(work=mask_cards, alphabet=_NUMBERS),
    "reply text": Extractor(work=split_reply, alphabet=_REPLIES),
    "text of HTML": Extractor(work=lambda text: html_to_text(text, Defects()), alphabet=_MARKUP),
    "sanitised HTML": Extractor(work=lambda text: sanitise_html(text, Defects()), alphabet=_MARKUP),
    "enriched text": Extractor(work=enriched_to_text, alphabet=_MARKUP),
    "rich text": Extractor(work=richtext_to_text, alphabet=_MARKUP),
    "language": Extractor(work=find_language, alphabet=_REPLIES),
    "topic": Extractor(work=lambda text: find_topic("", text, (), language="de"), alphabet=_BOUNCES + _REPLIES),
    "urgency": Extractor(
        work=lambda text: is_urgent("", text, is_reply=False, language="de"), alphabet=_BOUNCES + _REPLIES
    ),
    "author": Extractor(work=lambda text: find_author((text,), Defects()), alphabet=_ADDRESSES),
    "addresses": Extractor(work=lambda text: parse_address_list((text,), Defects()), alphabet=_ADDRESSES),
    "encoded words": Extractor(work=lambda text: decode_words(text, Defects()), alphabet=_ADDRESSES),
    "message ids": Extractor(work=find_message_ids, alphabet=_ADDRESSES),
    "date": Extractor(work=lambda text: find_date(text, Defects()), alphabet=_ADDRESSES + _NUMBERS),
    "parameters": Extractor(work=lambda text: parse_parameterised(text, Defects()), alphabet=_PARAMETERS),
    "file name": Extractor(work=safe_filename, alphabet=_PARAMETERS),
    "bounced recipients": Extractor(work=lambda text: find_recipients(text, frozenset()), alphabet=_BOUNCES),
    "bounce reasons": Extractor(work=lambda text: describe(["a@b.example"], text, late=False), alphabet=_BOUNCES),
    "bounce": Extractor(work=is_bounce_text, alphabet=_BOUNCES),
    "delivery status": Extractor(work=_find_in_status, alphabet=_BOUNCES),
    "automatic words": Extractor(work=find_automatic_words, alphabet=_BOUNCES + _REPLIES),
    "automatic subject": Extractor(work=is_automatic_subject, alphabet=_BOUNCES),
    "commands": Extractor(work=parse_commands, alphabet=_COMMANDS),
    "calendar": Extractor(work=calendar_to_text, alphabet=_CALENDAR),
}


def pumps(extractor: Extractor, count: int) -> Iterator[tuple[str, str]]:
    """`count` pairs of what is repeated and what stands behind it: words of the alphabet, alone and together."""
    chance = random.Random(62)
    words = (*extractor.alphabet, *_BLANKS)
    for number in range(count):
        piece = words[number] if number < len(words) else "".join(chance.choices(words, k=chance.randrange(2, 5)))
        yield piece, chance.choice(_FAIL)


def pumped(piece: str, end: str, size: int) -> str:
    """The piece again and again, `size` characters of it, and the end."""
    return (piece * (size // len(piece) + 1))[:size] + end


def seconds(work: Callable[[str], object], text: str, *, runs: int = 1) -> float:
    """Processor seconds, the least of some runs."""
    taken = []
    for _ in range(runs):
        gc.collect(0)
        began = time.process_time()
        work(text)
        taken.append(time.process_time() - began)
    return min(taken)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """What one pump took at the size and at twice the size."""

    piece: str
    once: float
    twice: float

    @property
    def ratio(self) -> float:
        """How much longer twice the size took; 0 where both were too short to tell."""
        return self.twice / max(self.once, 1e-9) if self.twice > _NOISE else 0.0


def measure(extractor: Extractor, count: int = COUNT, size: int = SIZE) -> list[Timing]:
    """The timings of all pumps; what looks too slow is measured again, for another process may have been in the way."""
    out = []
    for piece, end in pumps(extractor, count):
        texts = pumped(piece, end, size), pumped(piece, end, 2 * size)
        for runs in (1, 3, 7):
            once, twice = (seconds(extractor.work, text, runs=runs) for text in texts)
            timing = Timing(piece=piece, once=once, twice=twice)
            if once <= MAX_SECONDS and timing.ratio <= MAX_RATIO:
                break
        out.append(timing)
    return out


def main() -> int:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="extractors, all without one")
    options = arguments.parse_args()
    wrong = 0
    for name, extractor in EXTRACTORS.items():
        if options.names and name not in options.names:
            continue
        extractor.work("warm up " * 10)
        timings = measure(extractor)
        slowest = max(timings, key=lambda one: one.once)
        steepest = max(timings, key=lambda one: one.ratio)
        wrong += slowest.once > MAX_SECONDS or steepest.ratio > MAX_RATIO
        sys.stdout.write(
            f"{name:20} slowest {slowest.once * 1e3:7.1f} ms {slowest.piece[:30]!r:34}"
            f" steepest {steepest.ratio:4.2f} {steepest.piece[:30]!r}\n"
        )
        sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
