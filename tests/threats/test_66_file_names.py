"""Threat 66, names of files: a path, a device, a turned direction, five thousand letters. A name is only ever shown.

`tests/unit/test_read_filenames.py` has what a safe name is; here three hundred of them go all the way.
"""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from casepost.plain import inert_line
from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.unit.test_read_filenames import NAMES, is_safe

_COUNT, _IN_ONE_MAIL = 300, 10
_FORMS = (b'filename="%b"', b"filename*=utf-8''%b", b"filename*0*=utf-8''%b; filename*1=x", b'name="%b"')


def _mail(names: list[str], number: int) -> bytes:
    parts = []
    for place, name in enumerate(names):
        value = name.encode("utf-8", "replace").replace(b"\r\n", b"\r\n ").replace(b"\x00", b"%00")
        field = _FORMS[place % len(_FORMS)].replace(b"%b", value)
        parts.append(
            b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; " + field + b"\r\n\r\nx"
        )
    head = f"From: {SELLER}\r\nTo: support@casepost.example\r\nSubject: Files {number}\r\n".encode()
    head += f"Message-ID: <{number}@client.example>\r\nMIME-Version: 1.0\r\n".encode()
    body = (
        b"\r\n\r\n--b\r\n\r\nSee the files of order 302-1234567-7654321.\r\n" + b"\r\n".join(parts) + b"\r\n--b--\r\n"
    )
    return head + b"Content-Type: multipart/mixed; boundary=b" + body


def test_66_three_hundred_names_make_no_file_and_are_the_same_safe_name_everywhere(
    office: Office, tmp_path: Path
) -> None:
    assert len(NAMES) >= _COUNT
    before = {path.name for path in (tmp_path / "var").rglob("*")}
    kept: list[str] = []
    for first in range(0, _COUNT, _IN_ONE_MAIL):
        applied = office.receive(_mail(NAMES[first : first + _IN_ONE_MAIL], first))
        assert applied is not None
        kept += [one["filename"] for one in office.case(applied.number)["messages"][0]["attachments"]]
    assert len(kept) == _COUNT
    assert [name for name in kept if not is_safe(name)] == []
    assert [name for name in kept if inert_line(name) != " ".join(name.split())] == []
    assert {path.name for path in (tmp_path / "var").rglob("*")} <= before | {"ledger.db-wal", "cases.db-wal"}
    # What no file of Windows may be called is replaced where somebody saves one.
    assert _relayed(office) == sorted(re.sub(r'[<>:"|?*]', "_", name) for name in kept)


def _relayed(office: Office) -> list[str]:
    office.write()
    while office.deliver():
        pass
    names = []
    for letter in office.way.tried:
        parsed = message_from_bytes(letter.content, policy=policy.default)
        if letter.envelope_to == AGENT and isinstance(parsed, EmailMessage):
            names += [str(part.get_filename()) for part in parsed.iter_attachments()]
    return sorted(names)
