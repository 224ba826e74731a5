"""Raw octets to a Mail: the order of the steps. Each step is guarded, so reading never fails, whatever the octets."""

from dataclasses import dataclass, replace

from cases.lookalike import DIRECTION_DEFECT
from cases.mail import Address, Bounce, Forwarded, Identifier, Mail, MailKind, Part
from ingest.files.inside import add_inside
from ingest.files.texts import FileTexts, find_pictures, read_files
from ingest.identifiers.mask import mask_cards
from ingest.kind import Signs, decide_kind, find_no_answer
from ingest.kind_signs.spam import find_spam_verdict
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.bounce import parse_bounce
from ingest.read.cross_check import cross_check
from ingest.read.defects import Defects
from ingest.read.find_in_mail import find_in_texts
from ingest.read.forwarded import Passing, find_forwarded
from ingest.read.headers import Headers, find_date, find_message_id, find_message_ids
from ingest.read.language import find_language
from ingest.read.limits import MAX_REFERENCES, MAX_SUBJECT_CHARS
from ingest.read.mime import Leaf, Tree, parse_tree
from ingest.read.params import Parameterised
from ingest.read.parts import Parts, make_fingerprint, read_parts
from ingest.read.reply_text import Split, split_reply
from ingest.read.rules import NO_OWN_RULES, ReadingRules, load_topics
from ingest.read.text import Body, read_body
from ingest.read.version import READER_VERSION
from ingest.read.words import turns_direction
from ingest.topics import find_topic, is_urgent

_SINGLE = (
    "from",
    "subject",
    "message-id",
    "date",
    "to",
    "cc",
    "reply-to",
    "sender",
    "in-reply-to",
    "references",
    "content-type",
)
_NO_TREE = Tree(headers=Headers(), content=Parameterised(value="text/plain"), leaves=())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pieces:
    """What was read of the octets before it is understood."""

    raw: bytes
    tree: Tree
    author: Address | None
    body: Body
    parts: Parts
    files: FileTexts


def read(raw: bytes, *, open_files: bool = True, rules: ReadingRules = NO_OWN_RULES) -> Mail:
    """What a raw mail says. Total: any octets give a Mail, and `defects` says what could not be read.

    `open_files`: identifiers are looked for in attached files too. What can only be seen there, in pictures and
    scanned documents, is not read here: their paths are in `to_look_at`.
    """
    defects = Defects()
    tree = defects.guard("structure", _NO_TREE, parse_tree, raw, defects)
    headers = tree.headers
    for name in _SINGLE:
        if headers.count(name) > 1:
            defects.add(f"{name.title()}: given more than once, the first counts")
    author = defects.guard("From", None, find_author, headers.all("from"), defects)
    if defects.guard("From", False, turns_direction, headers.first("from")):
        defects.add(DIRECTION_DEFECT)
    body = defects.guard("body", Body(text="", html=None, paths=frozenset()), read_body, raw, tree.leaves, defects)
    parts = defects.guard("parts", Parts(parts=(), contents=()), read_parts, raw, tree, body.paths, defects)
    cross_check(raw, tree, author, defects)
    if open_files:
        files = defects.guard("files", FileTexts(), read_files, raw, tree.leaves, body.paths, defects)
        inside = defects.guard("files inside", parts.parts, add_inside, raw, parts.parts, defects)
        parts = replace(parts, parts=inside)
    else:
        files = defects.guard("pictures", FileTexts(), find_pictures, raw, tree.leaves, body.paths)
    if not body.text.strip():
        body = replace(body, text=files.message)
    return _compose(_Pieces(raw=raw, tree=tree, author=author, body=body, parts=parts, files=files), rules, defects)


def _compose(pieces: _Pieces, rules: ReadingRules, defects: Defects) -> Mail:
    raw, tree, author, body, parts = pieces.raw, pieces.tree, pieces.author, pieces.body, pieces.parts
    headers = tree.headers
    message_id = find_message_id(headers.first("message-id"))
    sender = next(iter(_addresses(headers, "from", defects)), None)
    subject = defects.guard("Subject", "", headers.decoded, "subject", defects)[:MAX_SUBJECT_CHARS]
    split = defects.guard(
        "reply text",
        Split(new=body.text, quoted="", signature="", is_all=True),
        split_reply,
        body.text,
        sender.name if sender else "",
    )
    kind, reason = decide_kind(_signs(tree, subject, sender, body.text))
    is_words = kind in (MailKind.MESSAGE, MailKind.AUTO_REPLY)
    understood = _understand(subject, split, pieces.files, rules, defects) if is_words else _Understood()
    values = tuple(one.value for one in understood.identifiers)
    bounce = _bounce(raw, tree, body.text, defects) if kind is MailKind.BOUNCE else None
    return Mail(
        fingerprint=make_fingerprint(message_id, author, headers.first("from"), parts.contents),
        reader_version=READER_VERSION,
        message_id=message_id,
        in_reply_to=find_message_ids(headers.first("in-reply-to"))[:MAX_REFERENCES],
        references=_references(headers, defects),
        subject=mask_cards(subject, values),
        sender=sender,
        author=_mask_name(author) if author else None,
        reply_to=_addresses(headers, "reply-to", defects),
        to=_addresses(headers, "to", defects),
        cc=_addresses(headers, "cc", defects),
        date=find_date(headers.first("date"), defects),
        kind=kind,
        kind_reason=reason,
        language=understood.language,
        topic=understood.topic,
        urgent=understood.urgent,
        text=mask_cards(body.text, values),
        reply_text=mask_cards(split.new, values),
        has_new_text=not split.is_all,
        no_answer=find_no_answer(headers, sender.address if sender else ""),
        spam_verdict=find_spam_verdict(headers),
        signature=mask_cards(split.signature, values),
        forwarded=_forwarded(pieces, subject, rules, defects) if kind is MailKind.MESSAGE else None,
        html=mask_cards(body.html, values) if body.html is not None else None,
        parts=tuple(_mask_filename(part) for part in parts.parts),
        identifiers=understood.identifiers,
        to_look_at=pieces.files.to_look_at if is_words else (),
        bounce=_mask_diagnostics(bounce) if bounce else None,
        defects=defects.all(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Understood:
    """What the words of a mail are about."""

    language: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    topic: str = "other"
    urgent: bool = False


def _understand(subject: str, split: Split, files: FileTexts, rules: ReadingRules, defects: Defects) -> _Understood:
    language = defects.guard("language", None, _language, subject, split)
    identifiers = defects.guard(
        "identifiers", (), find_in_texts, subject, split, files.texts, language, rules.own_kinds
    )
    words = load_topics(rules, defects)
    kinds = tuple(one.kind for one in identifiers)
    return _Understood(
        language=language,
        identifiers=identifiers,
        topic=defects.guard("topic", "other", find_topic, subject, split.new, kinds, language=language, rules=words),
        urgent=defects.guard(
            "urgency", False, is_urgent, subject, split.new, is_reply=bool(split.quoted), language=language, rules=words
        ),
    )


def _forwarded(pieces: _Pieces, subject: str, rules: ReadingRules, defects: Defects) -> Forwarded | None:
    """What the mail passes on; its words are read for themselves, whoever passed them on may write another language."""
    headers = pieces.tree.headers
    passing = Passing(
        subject=subject,
        text=pieces.body.text,
        references=_references(headers, defects) or find_message_ids(headers.first("in-reply-to"))[:1],
    )
    found = defects.guard("forwarded mail", None, find_forwarded, pieces.raw, pieces.tree.leaves, passing)
    if found is None:
        return None
    words = split_reply(found.text, found.author.name)
    about = _understand(found.subject, words, FileTexts(), rules, defects)
    values = tuple(one.value for one in about.identifiers)
    return replace(
        found,
        author=_mask_name(found.author),
        text=mask_cards(found.text, values),
        subject=mask_cards(found.subject, values),
        language=about.language,
        topic=about.topic,
    )


def _mask_name(address: Address) -> Address:
    return replace(address, name=mask_cards(address.name))


def _mask_filename(part: Part) -> Part:
    return replace(part, filename=mask_cards(part.filename)) if part.filename else part


def _mask_diagnostics(bounce: Bounce) -> Bounce:
    recipients = tuple(replace(one, diagnostic=mask_cards(one.diagnostic)) for one in bounce.recipients)
    return replace(bounce, recipients=recipients)


def _addresses(headers: Headers, name: str, defects: Defects) -> tuple[Address, ...]:
    return tuple(map(_mask_name, defects.guard(name.title(), (), parse_address_list, headers.all(name), defects)))


def _references(headers: Headers, defects: Defects) -> tuple[str, ...]:
    """The newest hundred: threading goes from the end, and a hostile list must not push the last ones out."""
    found = find_message_ids(headers.first("references"))
    if len(found) > MAX_REFERENCES:
        defects.add(f"more than {MAX_REFERENCES} References: the newest are kept")
    return found[-MAX_REFERENCES:]


def _signs(tree: Tree, subject: str, sender: Address | None, text: str) -> Signs:
    return Signs(
        headers=tree.headers,
        subject=subject,
        sender=sender.address if sender else "",
        text=text,
        root_type=tree.content.value,
        leaf_types=tuple(leaf.content_type for leaf in tree.leaves),
        report_type=tree.content.params.get("report-type", "").strip().lower(),
        method=_calendar_method(tree.leaves),
    )


def _calendar_method(leaves: tuple[Leaf, ...]) -> str:
    return next((leaf.content.params.get("method", "") for leaf in leaves if leaf.content_type == "text/calendar"), "")


def _language(subject: str, split: Split) -> str | None:
    """The language of the new words; the subject is asked only when they are too few."""
    return find_language(split.new) or find_language(f"{subject}\n{split.new}")


def _bounce(raw: bytes, tree: Tree, text: str, defects: Defects) -> Bounce:
    return defects.guard("delivery status", Bounce(), parse_bounce, raw, tree.leaves, tree.headers, text, defects)
