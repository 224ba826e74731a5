"""Every file of other projects through the reader: nothing raises, nothing costs much, and what they expect is read."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from cases.mail import Mail
from cases.transfer import decode_part
from ingest.child_pool import ReaderFailed
from ingest.parse import to_json
from ingest.read.pool import ReaderPool
from ingest.read.reader import read
from tests.corpus_place import corpus

MAX_CPU_SECONDS = 2.0
MAX_BYTES = 256 * 2**20
AT_LEAST = 0.99


def read_and_measure(raw: bytes, *, open_files: bool) -> Mail:
    """The mail, with the processor seconds it took in place of the reason of its kind."""
    started = time.process_time()
    mail = read(raw, open_files=open_files)
    return replace(mail, kind_reason=str(time.process_time() - started))


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(size=2, seconds=30, memory_bytes=MAX_BYTES, reader=read_and_measure) as running:
        yield running


def test_no_file_raises_or_costs_more_than_two_seconds_or_256_megabytes(pool: ReaderPool) -> None:
    lines = (corpus() / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split("\t")[0] for line in lines]
    with ThreadPoolExecutor(2) as threads:
        faults = [fault for fault in threads.map(lambda name: fault_of(name, pool), names) if fault]
    print(*faults, sep="\n")
    assert len(names) > 1_600
    assert not faults


def fault_of(name: str, pool: ReaderPool) -> str | None:
    """What is wrong with the reading of one file, None where nothing is."""
    try:
        mail = pool.read((corpus() / name).read_bytes())
    except ReaderFailed as failure:
        return f"{name}: {failure.reason}"
    json.dumps(to_json(name, mail), ensure_ascii=False).encode("utf-8")
    if stopped := [defect for defect in mail.defects if "the reader had to be stopped" in defect]:
        return f"{name}: {stopped[0]}"
    seconds = float(mail.kind_reason)
    return f"{name}: {seconds:.1f} s" if seconds > MAX_CPU_SECONDS else None


# Where imap_tools itself lost something, and what is read instead.
BETTER_THAN_EXPECTED = {
    ("error_emails/invalid_subject_characters", "subject"): "raw 8-bit letters are kept",
    ("plain_emails/raw_email_incorrect_header", "subject"): "a line that is no field does not end the header",
    ("plain_emails/raw_email_incorrect_header", "from"): "a line that is no field does not end the header",
    ("plain_emails/mix_caps_content_type", "from"): "the address of a name without brackets",
    ("rfc2822/example13", "from"): "an address with a comment within it",
    (
        "attachment_emails/attachment_message_rfc822",
        "attachments",
    ): "a mail inside is one file, its files are within it",
}


def test_subject_author_and_attachments_are_those_that_imap_tools_expects() -> None:
    expected = json.loads((corpus() / "imap_tools_expect.json").read_text(encoding="utf-8"))
    wrong: list[str] = []
    asked = 0
    for name, entry in sorted(expected.items()):
        if not entry["mikel_mail"]:
            continue
        mail = read(place_of(entry["mikel_mail"]).read_bytes())
        for field, want, got in compare(entry["expect"], mail):
            asked += (name, field) not in BETTER_THAN_EXPECTED
            if want != got and (name, field) not in BETTER_THAN_EXPECTED:
                wrong.append(f"{name}: {field} expected {want!r}, read {got!r}")
    print(*wrong, sep="\n")
    assert asked > 280
    assert 1 - len(wrong) / asked >= AT_LEAST, wrong


def place_of(mikel: str) -> Path:
    return next(path for path in (corpus() / "mikel__mail").rglob("*.eml") if path.as_posix().endswith("/" + mikel))


def compare(expect: dict[str, object], mail: Mail) -> Iterator[tuple[str, object, object]]:
    """Field, what is expected, what was read; white space apart, domains in lower case, nameless files left out."""
    files = expect["attachments"]
    assert isinstance(files, list)
    yield "subject", "".join(str(expect["subject"]).split()), "".join(mail.subject.split())
    yield "from", lower_domain(str(expect["from_"])), lower_domain(mail.sender.address if mail.sender else "")
    yield (
        "attachments",
        Counter(str(one["filename"]) for one in files if one["filename"]),
        Counter(
            part.filename for part in mail.parts if part.is_listed and not str(part.filename).startswith("unnamed")
        ),
    )


def lower_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()


# mime4j reads by the letter of the RFCs; a person is better served by the other reading.
OTHER_THAN_MIME4J = {
    "files in uuencode are files of their own": ("sig-uu", "uu-junk", "uu-zeegee"),
    "words behind a missing empty line, or one with a blank in it, are text": (
        "hdr-fakeout",
        "basic-plain-with-bad-header-separator",
        "malformedHeader-nocrlfcrlf",
        "malformedHeader-noheader",
        "malformedHeaderStartsBody-nocrlfcrlf",
        "malformedHeaderStartsBody-noheader",
    ),
    "the words of a multipart without parts are text": ("badbound", "missing-boundary", "missing-inner-boundary"),
    "blanks behind a boundary do not count": ("very-long-boundary", "very-very-long-boundary", "weird-boundary"),
}


def test_parts_decode_to_what_mime4j_expects() -> None:
    folder = corpus() / "apache__james-mime4j" / "core" / "src" / "test" / "resources"
    otherwise = {f"{name}.msg" for names in OTHER_THAN_MIME4J.values() for name in names}
    wrong: list[str] = []
    asked = 0
    for path in sorted(folder.rglob("*.msg")):
        raw = path.read_bytes()
        mail = read(raw)
        if path.name in otherwise or any(part.content_type == "message/rfc822" for part in mail.parts):
            continue  # mime4j goes on into mails inside
        asked += 1
        read_as = [fold(decode_part(raw[part.offset : part.offset + part.length], part)) for part in mail.parts]
        if read_as != bodies_of(path):
            wrong.append(f"{path.name}: {[part.content_type for part in mail.parts]}")
    print(*wrong, sep="\n")
    assert asked > 40
    assert not wrong


def bodies_of(path: Path) -> list[bytes]:
    """The decoded bodies that lie beside a message of mime4j, in the order of its description."""
    description = path.with_name(f"{path.stem}_decoded.xml").read_text(encoding="utf-8", errors="replace")
    names = re.findall(r'<(?:text|binary)-body name="([^"]{1,200})"', description)
    return [fold(path.with_name(name).read_bytes()) for name in names]


def fold(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").rstrip()


def test_files_attached_by_old_mail_programs_are_octet_for_octet_those_that_were_sent() -> None:
    """The samples of zbateson: one of ten files sent by Outlook, Netscape, Eudora and Pine, under its own name."""
    folder = corpus() / "zbateson__mail-mime-parser" / "tests" / "_data" / "emails"
    sent = {path.name: b"".join(path.read_bytes().split()) for path in (folder / "files").glob("*ball.png")}
    wrong: list[str] = []
    asked = 0
    for path in sorted(folder.glob("*.txt")):
        raw = path.read_bytes()
        for part in read(raw).parts:
            if part.filename in sent and "binhex" not in part.content_type:
                asked += 1
                content = decode_part(raw[part.offset : part.offset + part.length], part)
                if b"".join(content.split()) != sent[part.filename]:
                    wrong.append(f"{path.name}: {part.filename}")
    assert asked > 50
    assert not wrong
