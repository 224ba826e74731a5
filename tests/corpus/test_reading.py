"""Parts of other projects' mails decode to what those projects expect; what is read otherwise is named."""

import re
from pathlib import Path

from cases.transfer import decode_part
from ingest.read.reader import read
from tests.corpus_place import corpus

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
