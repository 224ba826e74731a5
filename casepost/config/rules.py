"""What two keys may not say together; asked only when each key by itself is accepted."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from casepost.config.keys import Config, Delivery, Imap, Queue
from cases.address import fold_address, strip_tag


def find_conflicts(config: Config) -> Iterator[str]:
    """Each contradiction as "key: what it takes"."""
    if (config.smtp.tls_cert is None) != (config.smtp.tls_key is None):
        yield "[smtp] tls_cert, tls_key: takes both or neither"
    yield from _find_delivery_conflicts(config.delivery)
    yield from _find_reading_conflicts(config)
    for count, mailbox in enumerate(config.imap, start=1):
        yield from _find_mailbox_conflicts(mailbox, f"[[imap]] no. {count}", config.imap[: count - 1])
        if mailbox.recipient and not _is_of_a_queue(mailbox.recipient, config.queues):
            yield f"[[imap]] no. {count} recipient: takes the address of a queue, or a +tag of it"
    yield from _find_link_conflicts(config)
    yield from _find_queue_conflicts(config.queues)


def _find_delivery_conflicts(delivery: Delivery) -> Iterator[str]:
    if bool(delivery.dkim_selector) != (delivery.dkim_key_file is not None):
        yield "[delivery] dkim_selector, dkim_key_file: takes both or neither"
    elif delivery.dkim_key_file is not None:
        from responder.dkim import load_signer

        try:
            load_signer(delivery.dkim_selector, delivery.dkim_key_file)
        except (ValueError, OSError) as error:
            yield f"[delivery] dkim_key_file: takes a private key, RSA or Ed25519, in PEM: {error}"
    if delivery.password_env and not urlsplit(delivery.url).username:
        yield "[delivery] password_env: takes a url with a user, smtp+starttls://user@host:587"


def _find_reading_conflicts(config: Config) -> Iterator[str]:
    """Own identifiers and topics are checked by those who will use them, when there are any."""
    if config.reading.topics_dir is not None:
        from ingest.topics import load_rules

        try:
            if not config.reading.topics_dir.is_dir():
                raise ValueError(f"{config.reading.topics_dir} is no folder")
            load_rules(config.reading.topics_dir)
        except (ValueError, OSError) as error:
            yield f"[reading] topics_dir: takes a folder with files LANGUAGE.toml: {error}"
    seen: set[str] = set()
    for count, one in enumerate(config.identifiers, start=1):
        from ingest.identifiers.own_kinds import OwnKind, check_own_kind

        try:
            check_own_kind(OwnKind(name=one.name, labels=one.label, pattern=one.pattern))
        except ValueError as error:
            yield f"[[identifiers]] no. {count}: {error}"
        if one.name in seen:
            yield f'[[identifiers]] no. {count} name: takes each name once, and "{one.name}" is there twice'
        seen.add(one.name)


def _find_link_conflicts(config: Config) -> Iterator[str]:
    seen: set[str] = set()
    for count, link in enumerate(config.links, start=1):
        from ingest.identifiers.kinds import KINDS

        known = [*(kind.name for kind in KINDS), "phone", *(own.name for own in config.identifiers)]
        if link.kind not in known:
            yield f"[[links]] no. {count} kind: takes one of {', '.join(known)}"
        if not link.url:
            yield f"[[links]] no. {count} url: takes an https address with {{value}} in it once"
        if link.kind in seen:
            yield f'[[links]] no. {count} kind: takes each kind once, and "{link.kind}" is there twice'
        seen.add(link.kind)


def _find_mailbox_conflicts(mailbox: Imap, place: str, before: tuple[Imap, ...]) -> Iterator[str]:
    if not mailbox.url:
        yield f"{place} url: takes imaps://user@host/FOLDER; leave [[imap]] out when there is no mailbox"
    if bool(mailbox.password_env) == bool(mailbox.oauth_token_command):
        yield f"{place} password_env, oauth_token_command: takes one of them"
    if mailbox.url and _name_of(mailbox) in {_name_of(other) for other in before if other.url}:
        yield f"{place} url: takes each mailbox once, and {mailbox.url} is there twice"
    if mailbox.url and mailbox.after == f"move:{unquote(urlsplit(mailbox.url).path.strip('/'))}":
        yield f"{place} after: takes another folder than that of url, out of which mail is fetched"


def _name_of(mailbox: Imap) -> str:
    """What its row in the database is called: two mailboxes with one name would read each other's."""
    from ingest.imap.account import parse_account

    return parse_account(mailbox.url).name.lower()


def _is_of_a_queue(address: str, queues: tuple[Queue, ...]) -> bool:
    return strip_tag(address) in {fold_address(queue.address) for queue in queues}


def _find_queue_conflicts(queues: tuple[Queue, ...]) -> Iterator[str]:
    for key in ("name", "address"):
        seen: set[str] = set()
        for count, queue in enumerate(queues, start=1):
            value = str(getattr(queue, key))
            if value.lower() in seen:
                yield f'[[queues]] no. {count} {key}: takes one that no other queue has in any case, not "{value}"'
            seen.add(value.lower())
    own = {queue.address.lower() for queue in queues}
    for count, queue in enumerate(queues, start=1):
        for key, people in (("agents", queue.agents), ("lead", (queue.lead,))):
            for person in people:
                if person.lower() in own:
                    yield f'[[queues]] no. {count} {key}: takes people, and "{person}" is a queue: mail would go round'
