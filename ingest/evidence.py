"""What a mail says about the case it belongs to: everything that could be a reference, proved or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.mail import Mail
from cases.model import Strength
from cases.reference import Keyring, Role, SignedAddress, find_address, find_message_id, find_tags

_STRENGTHS = {Role.NOTE: Strength.NOTE, Role.AGENT: Strength.AGENT, Role.SELLER: Strength.SELLER}


class Kind(StrEnum):
    """A sort of evidence, the best first."""

    SIGNED_ADDRESS = "signed address"
    OUR_MESSAGE_ID = "our Message-ID"
    KNOWN_MESSAGE_ID = "known Message-ID"
    REFERRED_ID = "id that a mail of the case refers to"
    TAG = "subject tag"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """How the mail came: the envelope's sender ("" null sender, None unknown) and all its recipients."""

    sender: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All references of one mail, each list in the order in which it is to be believed.

    `our_ids`: (Message-ID, case number); `own_id` is the foreign Message-ID of the mail itself.
    """

    signed: tuple[SignedAddress, ...]
    our_ids: tuple[tuple[str, str], ...]
    foreign_ids: tuple[str, ...]
    tags: tuple[str, ...]
    is_our_own: bool
    own_id: str | None = None

    @property
    def strength(self) -> Strength:
        """How much the strongest recipient says."""
        return max((_STRENGTHS[one.role] for one in self.signed), default=Strength.QUEUE)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All case numbers referred to."""
        signed = (one.number for one in self.signed)
        return tuple(dict.fromkeys([*signed, *(number for _, number in self.our_ids), *self.tags]))

    @property
    def message_ids(self) -> tuple[str, ...]:
        """All Message-IDs that may be known: what the mail refers to, and its own, which may be referred to."""
        own = (self.own_id,) if self.own_id else ()
        return tuple(dict.fromkeys([*(one for one, _ in self.our_ids), *self.foreign_ids, *own]))

    @property
    def participant_ids(self) -> tuple[int, ...]:
        """The participants whose signed addresses were written to."""
        return tuple({one.subject_id for one in self.signed if one.role is Role.SELLER})

    @property
    def user_ids(self) -> tuple[int, ...]:
        """The members of staff whose signed addresses were written to."""
        return tuple({one.subject_id for one in self.signed if one.role is not Role.SELLER})


def find_evidence(mail: Mail, envelope: Envelope, keyring: Keyring) -> Evidence:
    """Collect the references of a mail: its recipients, its thread headers (newest first), its subject."""
    thread = _newest_first(mail)
    ours = [(one, found[0]) for one in thread if (found := find_message_id(keyring, one)) is not None]
    our_ids = {one for one, _ in ours}
    is_our_own = mail.message_id is not None and find_message_id(keyring, mail.message_id) is not None
    return Evidence(
        signed=_strongest_first(envelope.recipients, keyring),
        our_ids=tuple(ours),
        foreign_ids=tuple(one for one in thread if one not in our_ids),
        tags=find_tags(mail.subject),
        is_our_own=is_our_own,
        own_id=None if is_our_own else mail.message_id,
    )


def _newest_first(mail: Mail) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))


def _strongest_first(recipients: Iterable[str], keyring: Keyring) -> tuple[SignedAddress, ...]:
    found = [signed for one in recipients if (signed := find_address(keyring, one)) is not None]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: -_STRENGTHS[one.role]))
