"""Delivery reports in the forms that mail systems write: Postfix, Exchange Online, Gmail, Exim and qmail."""

from collections.abc import Callable

_POSTFIX = """
Date: Mon, 23 Nov 2026 10:05:00 +0100 (CET)
From: MAILER-DAEMON@mx.remote.example (Mail Delivery System)
Subject: {subject}
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4cPx{number}.1700000000/mx.remote.example"
Content-Transfer-Encoding: 8bit
Message-Id: <2026112309050{number}.4cPx{number}@mx.remote.example>

This is a MIME-encapsulated message.

--4cPx{number}.1700000000/mx.remote.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.remote.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<{gone}>: host 192.0.2.7[192.0.2.7] said: {words} (in reply to RCPT TO command)

--4cPx{number}.1700000000/mx.remote.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.remote.example
X-Postfix-Queue-ID: 4cPx{number}
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Mon, 23 Nov 2026 10:04:58 +0100 (CET)

Final-Recipient: rfc822; {gone}
{first}Action: {action}
Status: {status}
Remote-MTA: dns; 192.0.2.7
Diagnostic-Code: smtp; {words}

--4cPx{number}.1700000000/mx.remote.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{to}>
{header}

--4cPx{number}.1700000000/mx.remote.example--
"""

Form = Callable[..., bytes]


def _crlf(text: str) -> bytes:
    return text.lstrip("\n").replace("\n", "\r\n").encode()


def _header_of(returned: bytes) -> str:
    return returned.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode()


def postfix(
    returned: bytes,
    *,
    to: str,
    gone: str,
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "550 5.1.1 no such user",
    original: str = "",
    number: int = 1,
) -> bytes:
    """As Postfix 3 writes it; `original`: the address before an alias changed it."""
    first = f"Original-Recipient: rfc822;{original}\n" if original else ""
    late = action == "delayed"
    subject = "Delayed Mail (still being retried)" if late else "Undelivered Mail Returned to Sender"
    return _crlf(
        _POSTFIX.format(
            header=_header_of(returned),
            to=to,
            gone=gone,
            status=status,
            action=action,
            words=words,
            first=first,
            subject=subject,
            number=number,
        )
    )


def exchange(returned: bytes, *, to: str, gone: str, number: int = 1) -> bytes:
    """As Exchange Online writes it."""
    return _crlf(f"""
From: Microsoft Outlook
	<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@remote.onmicrosoft.com>
To: <{to}>
Date: Mon, 23 Nov 2026 09:05:11 +0000
Content-Type: multipart/report; report-type=delivery-status;
	boundary="c5b8{number}"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: <0{number}f0c7c8-0000@AM0PR01MB0001.eurprd01.prod.exchangelabs.com>
Subject: Undeliverable: Where is my money?
Auto-Submitted: auto-replied

--c5b8{number}
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Delivery has failed to these recipients or groups:

{gone}<mailto:{gone}>
The email address you entered couldn't be found. Please check the recipient's =
email address and try to resend the message.

Diagnostic information for administrators:

Generating server: AM0PR01MB0001.eurprd01.prod.exchangelabs.com

{gone}
Remote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'

--c5b8{number}
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;out.casepost.example
Arrival-Date: Mon, 23 Nov 2026 09:05:10 +0000

Final-Recipient: rfc822;{gone}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {gone} not found by SMTP address lookup

--c5b8{number}
Content-Type: message/rfc822

Received: from out.casepost.example (192.0.2.1) by AM0PR01MB0001.eurprd01.prod.exchangelabs.com
{_header_of(returned)}

(the text)

--c5b8{number}--
""")


def gmail(returned: bytes, *, to: str, gone: str, number: int = 1) -> bytes:
    """As Gmail writes it."""
    message_id = next(
        line.split(": ", 1)[1] for line in _header_of(returned).split("\n") if line.lower().startswith("message-id:")
    )
    return _crlf(f"""
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: {to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {message_id}
In-Reply-To: {message_id}
X-Failed-Recipients: {gone}
Message-ID: <674{number}e.mr@mx.google.com>
Date: Mon, 23 Nov 2026 01:05:00 -0800 (PST)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="00000000{number}"; report-type=delivery-status

--00000000{number}
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {gone} because the address couldn't be found, or is unable to receive mail.

The response was:

550 5.1.1 The email account that you tried to reach does not exist.

--00000000{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; {to}
Arrival-Date: Mon, 23 Nov 2026 01:04:59 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {gone}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.26, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 NoSuchUser
Last-Attempt-Date: Mon, 23 Nov 2026 01:05:00 -0800 (PST)

--00000000{number}
Content-Type: message/rfc822

{_header_of(returned)}

--00000000{number}--
""")


def exim(returned: bytes, *, to: str, gone: str, number: int = 1) -> bytes:
    """As Exim writes it where no report is configured: words, and the whole mail below them."""
    return _crlf(f"""
X-Failed-Recipients: {gone}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.remote.example>
To: {to}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1tEq{number}-0000@mx.remote.example>
Date: Mon, 23 Nov 2026 10:05:00 +0100

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {gone}
    host mail.remote.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{gone}>:
    550 5.1.1 <{gone}>: Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <{to}>
{_header_of(returned)}

(the text)
""")


def qmail(returned: bytes, *, to: str, gone: str, number: int = 1) -> bytes:
    """As qmail writes it (the QSBMF form)."""
    return _crlf(f"""
From: MAILER-DAEMON@mx.remote.example
To: {to}
Subject: failure notice
Message-Id: <qmail{number}@mx.remote.example>
Date: 23 Nov 2026 09:05:00 -0000

Hi. This is the qmail-send program at mx.remote.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{gone}>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 no such user
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <{to}>
{_header_of(returned)}

(the text)
""")


FORMS: tuple[Form, ...] = (postfix, exchange, gmail, exim, qmail)
