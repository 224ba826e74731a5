"""The commands of an SMTP or LMTP session (RFC 5321, RFC 2033).

250 after the final dot means that the mail is on disk. Any doubt is a 451; 5xx is said only of syntax, size, policy.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cases.arrival import Arrival
from ingest.smtp_connection import LOCAL_ERROR, Command, Connection, place_of
from ingest.smtp_data import Content, DataLimits, Verdict, read_content
from ingest.smtp_path import parse_path, parse_recipient, parse_sender
from ingest.smtp_spool import Spool, is_full
from ingest.smtp_tls import Certificate
from store.tally import Tally, count

NO_ROOM = "452 4.3.1 Not enough room, try again later"
MAX_LINE = 65_540  # of content: 64 KB, its line end and a stuffed dot. Real mailers write 5,000 octets and more

_log = logging.getLogger("ingest.smtp")


@dataclass(kw_only=True, slots=True)
class _Transaction:
    """From MAIL to the final dot; `accepted` has a recipient as often as RCPT named it."""

    sender: str
    accepted: list[str] = field(default_factory=list)


class Session(Connection):
    """What is answered to each command."""

    _transaction: _Transaction | None = None

    def commands(self) -> Mapping[str, Command]:
        """See Connection.commands. RFC 2033 section 4.1: LMTP has LHLO in place of HELO and EHLO."""
        hello: dict[str, Command] = {"LHLO": self._ehlo} if self.is_lmtp else {"HELO": self._helo, "EHLO": self._ehlo}
        return hello | {
            "STARTTLS": self._starttls,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "EXPN": self._expn,
            "HELP": self._help,
            "QUIT": self._quit,
        }

    @property
    def _certificate(self) -> Certificate | None:
        return None if self.is_lmtp else self._edge.options.tls

    def _set_rset_state(self) -> None:
        """Forget the mail under way; called at the start and after TLS, too."""
        self._transaction = None

    async def _greet(self, argument: str, *, extended: bool) -> None:
        if not argument:
            return await self.refuse("501 5.5.4 A host name is needed")
        self._set_rset_state()
        if self.session is not None:
            self.session.host_name = argument.encode("utf-8", "surrogateescape").decode("ascii", "replace")[:255]
            self.session.extended_smtp = extended
        if not extended:
            return await self.say(f"250 {self.hostname}")
        lines = [self.hostname, f"SIZE {self._edge.options.max_message_bytes}"]
        lines += ["8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"]
        if self._certificate and not self._tls_protocol:
            lines.append("STARTTLS")
        marks = ["-"] * (len(lines) - 1) + [" "]
        return await self.say("\r\n".join(f"250{mark}{line}" for mark, line in zip(marks, lines, strict=True)))

    async def _helo(self, argument: str) -> None:
        await self._greet(argument, extended=False)

    async def _ehlo(self, argument: str) -> None:
        await self._greet(argument, extended=True)

    async def _starttls(self, argument: str) -> None:
        if argument:
            return await self.refuse("501 5.5.4 STARTTLS takes no argument")
        if self._certificate is None:
            return await self.refuse("502 5.5.1 TLS is not offered")
        if self._tls_protocol is not None:
            return await self.refuse("503 5.5.1 TLS is up already")
        self.tls_context = self._certificate.context()
        await super().smtp_STARTTLS("")
        self._wire.forget()
        return None

    async def _mail(self, argument: str) -> None:
        if not self.has_said_hello:
            return await self.refuse("503 5.5.1 Say hello first")
        if self._transaction is not None:
            return await self.refuse("503 5.5.1 A mail is under way already")
        path = parse_path(argument, "FROM:")
        if path is None:
            return await self.refuse("501 5.5.4 Syntax: MAIL FROM:<address>")
        if (sender := parse_sender(path.address)) is None:
            return await self.refuse("553 5.1.7 That is no address")
        for key, value in path.parameters:
            if objection := self._objection(key, value):
                return await self.refuse(objection)
        self._transaction = _Transaction(sender=sender)
        return await self.say("250 2.1.0 Ok")

    def _objection(self, key: str, value: str) -> str:
        if key == "SIZE":
            if not (value.isascii() and value.isdigit()):
                return "501 5.5.4 SIZE is a number"
            # RFC 1870 section 4: at most 20 digits; int() refuses some thousands of them with an error.
            if len(value) > 20 or int(value) > self._edge.options.max_message_bytes:
                return self._too_large
            return "" if self._edge.has_room(int(value)) else NO_ROOM
        if key == "BODY":
            return "" if value.upper() in {"7BIT", "8BITMIME"} else "501 5.5.4 BODY is 7BIT or 8BITMIME"
        return "" if key == "SMTPUTF8" and not value else "555 5.5.4 Parameter not recognized"

    @property
    def _too_large(self) -> str:
        return f"552 5.3.4 Mail is larger than {self._edge.options.max_message_bytes} octets"

    async def _rcpt(self, argument: str) -> None:
        if self._transaction is None:
            return await self.refuse("503 5.5.1 Say MAIL first")
        path = parse_path(argument, "TO:")
        if path is None:
            return await self.refuse("501 5.5.4 Syntax: RCPT TO:<address>")
        if path.parameters:
            return await self.refuse("555 5.5.4 Parameter not recognized")
        if len(self._transaction.accepted) >= self._edge.options.max_recipients:
            return await self.say("452 4.5.3 Too many recipients")  # no error: the sender comes back with the rest
        address = parse_recipient(path.address)
        if address is None or not self._edge.directory.is_ours(address):
            # A relay asks for each address it has; only a stranger who guesses is shown the door.
            return await (self.say if self._trusted else self.refuse)("550 5.1.1 No such address here")
        self._transaction.accepted.append(address)
        return await self.say("250 2.1.5 Ok")

    async def _data(self, argument: str) -> None:
        transaction = self._transaction
        if transaction is None or not transaction.accepted:
            return await self.refuse("503 5.5.1 Say RCPT first")
        if argument:
            return await self.refuse("501 5.5.4 DATA takes no argument")
        if (objection := self._find_objection_to_data()) is not None:
            return await self.say(objection)
        await self.say("354 End with a dot on a line of its own")
        try:
            content = await read_content(self._wire, self._data_limits(), self._edge.make_spool())
        except TimeoutError:
            return await self.leave("421 4.4.2 Mail came too slowly")
        self._transaction = None
        try:
            reply = await self._judge(content, transaction)
        except Exception as error:  # noqa: BLE001 - LMTP is told once for each recipient, whatever it is
            content.spool.close()
            reply = await self.handle_exception(error)
        if not reply.startswith("250"):
            count(Tally.MAILS_REFUSED, reply[:3])
        # RFC 2033 section 4.2: one reply for each RCPT that was accepted, in their order.
        replies = "\r\n".join([reply] * (len(transaction.accepted) if self.is_lmtp else 1))
        if content.verdict in {Verdict.ENDLESS, Verdict.BARE_LINE_END}:
            return await self.leave(replies)
        return await self.say(replies)

    def _find_objection_to_data(self) -> str | None:
        if self._edge.is_overrun:
            return LOCAL_ERROR
        return None if self._edge.has_room() else NO_ROOM

    def _data_limits(self) -> DataLimits:
        options = self._edge.options
        return DataLimits(
            max_bytes=options.max_message_bytes,
            max_line=MAX_LINE,
            grace=lambda: options.data_timeout if self._trusted else self._edge.patience(options.data_timeout),
            min_rate=options.data_rate,
            quiet_after_bare=options.quiet_after_bare,
        )

    async def _judge(self, content: Content, transaction: _Transaction) -> str:
        match content.verdict:
            case Verdict.WHOLE:
                return await self._take(content.spool, transaction)
            case Verdict.TOO_LARGE | Verdict.ENDLESS:
                return self._too_large
            case Verdict.LONG_LINE:
                return "500 5.5.2 A line of the mail is too long"
            case Verdict.BARE_LINE_END:
                return "550 5.5.2 CR and LF may only stand together"
            case Verdict.NOT_KEPT:
                return self._put_off(content.fault or OSError(), content.spool.size)

    async def _take(self, spool: Spool, transaction: _Transaction) -> str:
        """Hand the mail over; 250 only for an id that came back in time."""
        octets = spool.size
        task = self._edge.begin_take(self._envelope(transaction), spool)
        try:
            ledger_id = await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                raise  # the peer has gone, the mail is taken all the same
            _log.error("mail not taken in time", extra={"peer": self._peer, "octets": octets})
            return LOCAL_ERROR
        except Exception as error:  # noqa: BLE001  whatever it is, the peer is told to try again
            return self._put_off(error, octets)
        self._idle_commands, self._waited = 0, 0.0
        return f"250 2.0.0 Ok: queued as {ledger_id}"

    def _envelope(self, transaction: _Transaction) -> Arrival:
        return Arrival(
            raw=b"",
            channel=self._edge.channel,
            sender=transaction.sender,
            recipients=_each_once(transaction.accepted),
            received_at=self._edge.options.clock(),
            peer=self._peer,
            helo=(self.session and self.session.host_name) or "",
            trusted=self._trusted,
        )

    def _put_off(self, error: Exception, octets: int) -> str:
        fault = {"error": type(error).__name__, "at": place_of(error)}
        _log.error("mail not taken", extra={"peer": self._peer, "octets": octets, **fault})
        return NO_ROOM if is_full(error) else LOCAL_ERROR

    async def _rset(self, _: str) -> None:
        self._set_rset_state()
        await self.say("250 2.0.0 Ok")

    async def _noop(self, _: str) -> None:
        await self.say("250 2.0.0 Ok")

    async def _vrfy(self, _: str) -> None:
        await self.say("252 2.5.2 Send some mail and see")

    async def _expn(self, _: str) -> None:
        await self.refuse("502 5.5.1 Not offered")

    async def _help(self, _: str) -> None:
        await self.say("214 2.0.0 See RFC 5321")

    async def _quit(self, _: str) -> None:
        await self.leave("221 2.0.0 Bye")


def _each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Drop repeats, also those in other letters: one person, one mail. The first spelling stays."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(address.casefold(), address)
    return tuple(first.values())
