"""text/enriched (RFC 1896) and text/richtext (RFC 1341) without their commands: what Apple Mail and Eudora wrote."""

import re

_COMMAND = re.compile(r"<<|<(/?)([A-Za-z0-9-]{1,60})>|\n+")


def enriched_to_text(text: str) -> str:
    """The words of text/enriched: a line end is a blank, two are a line end; parameters of commands are left out."""
    return _strip(text, rich=False)


def richtext_to_text(text: str) -> str:
    """The words of text/richtext: line ends are blanks, `<nl>` is a line end, `<lt>` is the sign."""
    return _strip(text, rich=True)


def _strip(text: str, *, rich: bool) -> str:
    out: list[str] = []
    hidden = unfilled = 0
    end = 0
    for match in _COMMAND.finditer(text):
        if not hidden:
            out.append(text[end : match.start()])
        end = match.end()
        found = match[0]
        if found.startswith("\n"):
            shown = found if unfilled else (" " if rich or len(found) == 1 else "\n" * (len(found) - 1))
        elif found == "<<":
            shown = "<"
        else:
            command, step = match[2].lower(), -1 if match[1] else 1
            hidden = max(0, hidden + step * (command in ("param", "comment")))
            unfilled = max(0, unfilled + step * (command in ("nofill", "verbatim")))
            shown = {"lt": "<", "nl": "\n", "np": "\n"}.get(command, "\n" * (command == "paragraph" and step < 0))
            shown = shown if rich else ""
        if not hidden:
            out.append(shown)
    out.append(text[end:] if not hidden else "")
    return "\n".join(line.strip() for line in "".join(out).split("\n"))
