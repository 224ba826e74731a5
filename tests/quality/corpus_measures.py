"""How well mails of other projects are read, by what those projects expect of them.

What is read otherwise on purpose is named with its reason in the tables here, so that nothing fails unseen.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from cases.mail import Mail, MailKind
from ingest.child_pool import ReaderFailed
from ingest.parse import to_json
from ingest.read.pool import ReaderPool
from ingest.read.reader import read
from ingest.read.reply_text import split_reply
from tests.corpus_place import corpus
from tests.quality.measure import Measure

_MAX_CPU_SECONDS = 2.0
_MAX_BYTES = 256 * 2**20
_TRIMMER = "discourse__email_reply_trimmer/test"
# Where imap_tools itself lost something, and what is read instead.
READ_BETTER = {
    ("error_emails/invalid_subject_characters", "subject"): "raw 8-bit letters are kept",
    ("plain_emails/raw_email_incorrect_header", "subject"): "a line that is no field does not end the header",
    ("plain_emails/raw_email_incorrect_header", "from"): "a line that is no field does not end the header",
    ("plain_emails/mix_caps_content_type", "from"): "the address of a name without brackets",
    ("rfc2822/example13", "from"): "an address with a comment within it",
    ("attachment_emails/attachment_message_rfc822", "attachments"): "a mail inside is one file, its own are within it",
}
# What the trimmer keeps and is not new here, and the other way round.
SPLIT_OTHERWISE = {
    "embedded_email_16.txt": "a quote without an attribution is history all the same",
    "quote_and_text.txt": "a quote without an attribution is history all the same",
    "embedded_email_7.txt": "a quote between answers is not new",
    "forwarded_message.txt": "a mail that is only a forward is kept whole",
    "spam_1.txt": "nothing is stripped to nothing",
}


def measure_all() -> list[Measure]:
    """Each measure of the corpus; the running test is skipped where there is no corpus."""
    return [measure_cost(), measure_new_text(), measure_bounces(), measure_fields(), measure_fields(strictly=True)]


def measure_cost() -> Measure:
    """Files that raise, or take more than two seconds of a processor or 256 MB, whatever they are."""
    lines = (corpus() / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split("\t")[0] for line in lines]
    with (
        ReaderPool(size=2, seconds=30, memory_bytes=_MAX_BYTES, reader=_read_and_time) as pool,
        ThreadPoolExecutor(2) as threads,
    ):
        faults = [fault for fault in threads.map(lambda name: _find_fault(name, pool), names) if fault]
    return Measure(
        name="read within 2 s and 256 MB without a fault",
        right=len(names) - len(faults),
        total=len(names),
        least=1.0,
        failing=tuple(faults),
    )


def _read_and_time(raw: bytes, *, open_files: bool) -> Mail:
    """The mail, with the processor seconds it took in place of the reason of its kind."""
    started = time.process_time()
    mail = read(raw, open_files=open_files)
    return replace(mail, kind_reason=str(time.process_time() - started))


def _find_fault(name: str, pool: ReaderPool) -> str | None:
    try:
        mail = pool.read((corpus() / name).read_bytes())
    except ReaderFailed as failure:
        return f"{name}: {failure.reason}"
    json.dumps(to_json(name, mail), ensure_ascii=False).encode("utf-8")
    if stopped := [defect for defect in mail.defects if "the reader had to be stopped" in defect]:
        return f"{name}: {stopped[0]}"
    seconds = float(mail.kind_reason)
    return f"{name}: {seconds:.1f} s" if seconds > _MAX_CPU_SECONDS else None


def measure_new_text() -> Measure:
    """Replies whose new words are those that discourse's trimmer keeps."""
    folder = corpus() / _TRIMMER
    files = sorted((folder / "emails").glob("*.txt"))
    failing = [path.name for path in files if not _is_split_alike(path, folder / "trimmed" / path.name)]
    return Measure(
        name="discourse trimmed/ text equal",
        right=len(files) - len(failing),
        total=len(files),
        least=0.92,
        failing=tuple(f"{name}: {SPLIT_OTHERWISE.get(name, 'not understood')}" for name in failing),
    )


def _is_split_alike(path: Path, trimmed: Path) -> bool:
    return split_reply(path.read_text(encoding="utf-8")).new.split() == trimmed.read_text(encoding="utf-8").split()


def measure_bounces() -> Measure:
    """Bounces whose recipients are those that flufl.bounce's tests expect; of warnings they are delayed."""
    expected = json.loads((corpus() / "flufl_expect.json").read_text(encoding="utf-8"))
    files = {path.name: path for path in (corpus() / "PyPI__flufl.bounce").rglob("*.txt")}
    failing = []
    for name, rows in sorted(expected.items()):
        mail, wanted = read(files[name].read_bytes()), _wanted(rows)
        if _named(mail) != wanted or (wanted and mail.kind is not MailKind.BOUNCE):
            failing.append(f"{name}: expected {sorted(wanted)}, {mail.kind} of {sorted(_named(mail))}")
    return Measure(
        name="flufl.bounce recipients right",
        right=len(expected) - len(failing),
        total=len(expected),
        least=0.97,
        failing=tuple(failing),
    )


def _wanted(rows: list[list[Any]]) -> set[tuple[str, str]]:
    """(folded address, action); a row is detector, addresses, whether the failure is temporary."""
    return {
        (str(address).lower(), "delayed" if temporary == "True" else "failed")
        for _detector, addresses, temporary in rows
        if isinstance(addresses, list)
        for address in addresses
    }


def _named(mail: Mail) -> set[tuple[str, str]]:
    recipients = mail.bounce.recipients if mail.bounce else ()
    return {(one.address.lower(), one.action) for one in recipients}


def measure_fields(*, strictly: bool = False) -> Measure:
    """Subject, From and names of attachments as imap_tools reads them; `strictly`: also where it lost something."""
    expected = json.loads((corpus() / "imap_tools_expect.json").read_text(encoding="utf-8"))
    failing: list[str] = []
    total = 0
    for name, entry in sorted(expected.items()):
        if not entry["mikel_mail"]:
            continue
        mail = read(_place_of(entry["mikel_mail"]).read_bytes())
        for field, wanted, found in _fields(entry["expect"], mail):
            reason = READ_BETTER.get((name, field))
            if reason is not None and not strictly:
                continue
            total += 1
            if wanted != found:
                failing.append(f"{name}: {field}: {reason or f'expected {wanted!r}, read {found!r}'}")
    words = "strictly" if strictly else "where imap_tools lost nothing"
    return Measure(
        name=f"imap_tools subject, from, attachment names, {words}",
        right=total - len(failing),
        total=total,
        least=None if strictly else 0.99,
        failing=tuple(failing),
    )


def _place_of(mikel: str) -> Path:
    return next(path for path in (corpus() / "mikel__mail").rglob("*.eml") if path.as_posix().endswith("/" + mikel))


def _fields(expect: dict[str, Any], mail: Mail) -> Iterator[tuple[str, object, object]]:
    """Field, what is expected, what was read; white space apart, domains in lower case, nameless files left out."""
    yield "subject", "".join(str(expect["subject"]).split()), "".join(mail.subject.split())
    yield "from", _lower_domain(str(expect["from_"])), _lower_domain(mail.sender.address if mail.sender else "")
    named = [part.filename for part in mail.parts if part.is_listed and not str(part.filename).startswith("unnamed")]
    yield "attachments", Counter(one["filename"] for one in expect["attachments"] if one["filename"]), Counter(named)


def _lower_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()
