"""The grammar of MAIL FROM and RCPT TO (RFC 5321 section 4.1.2): bytes from a stranger become an address or nothing.

The sender is read liberally, it is only noted. The recipient is read strictly: whatever once made a mail server pass
mail on to somebody else (percent hack, source route, bang path, quoted local part, address literal, trailing dot) is
no address here.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_PATH = 512  # octets; RFC 5321 asks for 256, bounce addresses of mailing services are longer
_MAX_PARAMETERS = 20

_ROUTE = re.compile(r"@[^:<>\s]+:")
_PATH = re.compile(r'<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>(?P<rest>$|[ \t].*)')
_BARE_PATH = re.compile(r"(?P<path>[^<>\s]+)(?P<rest>$|[ \t].*)")

_LABEL = r"(?:[A-Za-z0-9_\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*[A-Za-z0-9_\u0080-\U0010ffff])?)"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
# A trailing or a double dot stands in addresses of Japanese mobile carriers, so a sender may have them.
_SENDER = re.compile(
    r'(?:[^\x00-\x20\x7f"(),:;<>@\[\\\]]+|"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*")'
    rf"@(?:{_DOMAIN}|\[[A-Za-z0-9.:]+\])"
)
_ATOM = r"[A-Za-z0-9#$&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_RECIPIENT = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}")
_PARAMETER = re.compile(r"(?P<key>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[\x21-\x3c\x3e-\x7e]+))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """What stands after `FROM:` or `TO:`; `address` is as written, parameters have upper-case names."""

    address: str
    parameters: tuple[tuple[str, str], ...]


def parse_path(argument: str, keyword: str) -> Path | None:
    """Read `FROM:<address> PARAMETER=value …`; None if it does not have that form.

    Blanks after the colon and missing angle brackets are accepted, as every server does.
    """
    if argument[: len(keyword)].upper() != keyword:
        return None
    text = argument[len(keyword) :].strip(" \t")
    match = _PATH.fullmatch(text) or _BARE_PATH.fullmatch(text)
    if match is None:
        return None
    words = match["rest"].split()
    parameters = [_PARAMETER.fullmatch(word) for word in words[:_MAX_PARAMETERS]]
    if len(words) > _MAX_PARAMETERS or not all(parameters):
        return None
    return Path(
        address=match["path"],
        parameters=tuple((found["key"].upper(), found["value"] or "") for found in parameters if found),
    )


def parse_sender(text: str) -> str | None:
    """Give the envelope sender in its normal form, "" for the null sender, None for what is no address."""
    if text == "":
        return ""
    # RFC 5321 section 4.1.1.3 and appendix C: a source route is stripped, it says nothing of the sender.
    return _normal(text[route.end() :] if (route := _ROUTE.match(text)) else text, _SENDER)


def parse_recipient(text: str) -> str | None:
    """Give a recipient in its normal form, or None for what is no address of the plain form `local@domain`."""
    # RFC 5321 section 4.5.1: `postmaster` needs no domain.
    return text.lower() if text.lower() == "postmaster" else _normal(text, _RECIPIENT)


def _normal(text: str, grammar: re.Pattern[str]) -> str | None:
    """Lower-case the domain and bring both parts to NFC; lone surrogates stand for bytes that are not UTF-8."""
    try:
        too_long = len(text.encode()) > MAX_PATH
    except UnicodeEncodeError:
        return None
    if too_long or not grammar.fullmatch(text) or any(map(_is_invisible, text)):
        return None
    local, _, domain = unicodedata.normalize("NFC", text).rpartition("@")
    return f"{local}@{domain.lower()}"


def _is_invisible(letter: str) -> bool:
    """Controls, direction marks and wide blanks: what makes one address look like another. A plain blank is quoted."""
    return letter != " " and unicodedata.category(letter) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
