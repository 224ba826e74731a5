"""Column types that behave the same on SQLite and PostgreSQL."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_MAX_INDEXED_OCTETS = 2_000

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite has no zones and would return naive ones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC; a naive datetime is a fault of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(TypeDecorator[str]):
    """Text from outside: NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text with nothing in it that a database cannot keep."""
        return None if value is None else clean_text(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> str | None:
        """As kept."""
        return None if value is None else str(value)


class Indexed(Text):
    """Text from outside that is looked up. PostgreSQL keeps no index entry over 2,704 octets: longer text is hashed.

    A hostile Message-ID would else be a mail that can never be taken in.
    """

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text, cleaned; what is too long as a digest, the same on both sides of a comparison."""
        text = super().process_bind_param(value, dialect)
        if text is None or len(octets := text.encode()) <= _MAX_INDEXED_OCTETS:
            return text
        return "sha256:" + hashlib.sha256(octets).hexdigest()


class Json(TypeDecorator[Any]):
    """Lists and objects of texts from outside, cleaned as `Text` is."""

    impl = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """The same value with nothing in it that a database cannot keep."""
        return _clean_value(value)


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {_clean_value(key): _clean_value(one) for key, one in value.items()}
    return [_clean_value(one) for one in value] if isinstance(value, list | tuple) else value


def clean_text(text: str) -> str:
    """`text` with NUL and lone surrogates as U+FFFD: what every database, JSON and terminal takes."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text
