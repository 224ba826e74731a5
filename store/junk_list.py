"""Junk mail: the list of what was set aside, and who is blocked or allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import domain_of, fold_address
from cases.change import Change
from cases.errors import PermanentError
from store.claims import insert_once
from store.errors import NotFound
from store.events import add_event
from store.tables import junk, junk_rules

_RESCUED = sa.select(junk.c.ledger_id).where(
    junk.c.ledger_id == sa.bindparam("ledger_id"), junk.c.rescued_at.is_not(None)
)
_RULES_OF = sa.select(junk_rules).where(junk_rules.c.pattern.in_(sa.bindparam("patterns", expanding=True)))


@dataclass(frozen=True, kw_only=True, slots=True)
class JunkRule:
    """An address, or a domain and all below it as "@shop.example": its mail is junk (`blocks`), or never is."""

    pattern: str
    blocks: bool
    added_at: datetime
    added_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JunkFacts:
    """What decides whether a mail is junk, beside the mail itself."""

    rule: JunkRule | None = None
    rescued: bool = False
    relay_is_believed: bool = False


NO_JUNK_FACTS = JunkFacts()


@dataclass(frozen=True, kw_only=True, slots=True)
class JunkMail:
    """A mail in the list."""

    ledger_id: int
    at: datetime
    author: str
    subject: str
    reason: str
    rescued_at: datetime | None


class BadPattern(PermanentError):
    """Neither an address nor a domain."""


def gather_junk(connection: Connection, author: str, ledger_id: int, *, relay_is_believed: bool) -> JunkFacts:
    """What is known of an author ("" when there is none) and of this mail."""
    return JunkFacts(
        rule=_find_rule(connection, author) if author else None,
        rescued=connection.execute(_RESCUED, {"ledger_id": ledger_id}).first() is not None,
        relay_is_believed=relay_is_believed,
    )


def _find_rule(connection: Connection, author: str) -> JunkRule | None:
    """The most exact one: the address, its domain, the domains above that."""
    labels = domain_of(author).split(".")
    domains = [f"@{'.'.join(labels[start:])}" for start in range(len(labels))]
    patterns = [fold_address(author), *domains]
    rows = {row.pattern: row for row in connection.execute(_RULES_OF, {"patterns": patterns})}
    return next((_rule(rows[one]) for one in patterns if one in rows), None)


def record_junk(connection: Connection, change: Change) -> None:
    """Put a mail on the list; part of the transaction that gives it its final word."""
    assert change.disposition is not None
    assert change.junk is not None
    connection.execute(
        sa.insert(junk).values(
            ledger_id=change.disposition.ledger_id,
            at=change.at,
            author=change.junk.author,
            subject=change.junk.subject,
            reason=change.junk.reason,
        )
    )


def list_junk(connection: Connection, *, everything: bool = False, limit: int | None = None) -> list[JunkMail]:
    """The mails in the list, newest first; with `everything` also those that were taken back."""
    which = sa.true() if everything else junk.c.rescued_at.is_(None)
    rows = connection.execute(sa.select(junk).where(which).order_by(junk.c.ledger_id.desc()).limit(limit)).all()
    return [_mail(row) for row in rows]


def find_junk_mail(connection: Connection, ledger_id: int) -> JunkMail:
    """One of them. Raises NotFound."""
    row = connection.execute(sa.select(junk).where(junk.c.ledger_id == ledger_id)).first()
    if row is None:
        raise NotFound(f"mail {ledger_id} is not junk; `casepost junk list` shows what is")
    return _mail(row)


def set_rule(connection: Connection, text: str, *, blocks: bool, actor: str, now: datetime) -> str:
    """Block or allow an address or a domain; its pattern. Raises BadPattern."""
    pattern = parse_pattern(text)
    values = {"pattern": pattern, "blocks": blocks, "added_at": now, "added_by": actor}
    insert_once(connection, junk_rules, values)
    connection.execute(sa.update(junk_rules).where(junk_rules.c.pattern == pattern).values(values))
    what = f"mail from {pattern} is {'junk' if blocks else 'never junk'} from now on"
    add_event(connection, case_id=None, at=now, actor=actor, what=what)
    return pattern


def forget_rule(connection: Connection, text: str, *, actor: str, now: datetime) -> str:
    """Neither block nor allow it any more. Raises NotFound, BadPattern."""
    pattern = parse_pattern(text)
    if connection.execute(sa.delete(junk_rules).where(junk_rules.c.pattern == pattern)).rowcount == 0:
        raise NotFound(f"{pattern} is neither blocked nor allowed; `casepost junk rules` lists what is")
    add_event(connection, case_id=None, at=now, actor=actor, what=f"no rule for mail from {pattern} any more")
    return pattern


def list_rules(connection: Connection) -> Sequence[JunkRule]:
    """All of them, by pattern."""
    return [_rule(row) for row in connection.execute(sa.select(junk_rules).order_by(junk_rules.c.pattern)).all()]


def parse_pattern(text: str) -> str:
    """An address, "@shop.example" or "shop.example", as it is kept. Raises BadPattern."""
    local, at, domain = text.strip().rpartition("@")
    labels = domain.lower().rstrip(".").split(".")
    if any(not label or not label.replace("-", "").replace("_", "").isalnum() for label in labels) or " " in local:
        raise BadPattern(f"{text!r} is neither an address nor a domain: jan@shop.example, @shop.example")
    host = ".".join(labels)
    if len(labels) < 2 and not local:
        raise BadPattern(f"{text!r} is a whole top-level domain; name a domain below it")
    return fold_address(f"{local}@{host}") if at and local else f"@{host}"


def _rule(row: Row[Any]) -> JunkRule:
    return JunkRule(pattern=row.pattern, blocks=row.blocks, added_at=row.added_at, added_by=row.added_by)


def _mail(row: Row[Any]) -> JunkMail:
    return JunkMail(
        ledger_id=row.ledger_id,
        at=row.at,
        author=row.author,
        subject=row.subject,
        reason=row.reason,
        rescued_at=row.rescued_at,
    )
