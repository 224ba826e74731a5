"""What docs/operations.md tells people to write into the files of a mail server, read out of it for the tests.

A snippet belongs to the file that is named in backticks last before it. So what is tested is what is told.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
_PIECE = re.compile(r"^```\w*\n(?P<body>.*?)^```$|`(?P<file>/etc/\w+/[\w.]+|\w+\.toml)`", re.MULTILINE | re.DOTALL)


@cache
def snippets(heading: str) -> dict[str, str]:
    """The snippets of a section of docs/operations.md by the name of the file they are for; a file has one."""
    text = _DOCUMENT.read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/operations.md has no section {heading!r}"
    found: dict[str, str] = {}
    file = ""
    for piece in _PIECE.finditer(section[1]):
        if piece["file"]:
            file = piece["file"]
        else:
            assert file not in found, f"{heading}: two snippets for {file}"
            found[file] = piece["body"]
    return found


def fill_in(snippet: str, places: Mapping[str, str]) -> str:
    """The snippet with the places of a test for those of the document; each that is given stands in it."""
    for told, ours in places.items():
        assert told in snippet, f"{told!r} is not in {snippet!r}"
        snippet = snippet.replace(told, ours)
    return snippet
