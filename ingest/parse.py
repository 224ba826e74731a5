"""A Mail as the JSON object of `casepost parse`: every key always there, whatever the mail lacks."""

from cases.mail import Address, Bounce, Mail, MailKind, Part


def to_json(file: str, mail: Mail) -> dict[str, object]:
    """The JSON object for one file, `file` as it was given. Times are RFC 3339 with zone."""
    return {
        "file": file,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "subject": mail.subject,
        "from": _address(mail.sender) if mail.sender else None,
        "reply_to": [_address(one) for one in mail.reply_to],
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "date": mail.date.isoformat() if mail.date else None,
        "kind": mail.kind.value,
        "language": mail.language,
        "topic": mail.topic,
        "urgent": mail.urgent,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html": mail.html,
        "attachments": [_attachment(part) for part in mail.parts if part.is_listed],
        "identifiers": [{"kind": one.kind, "value": one.value, "source": one.source.value} for one in mail.identifiers],
        "bounce": _bounce(mail.bounce) if mail.kind is MailKind.BOUNCE and mail.bounce else None,
        "defects": list(mail.defects),
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _attachment(part: Part) -> dict[str, object]:
    return {
        "filename": part.filename,
        "content_type": part.content_type,
        "size": part.size,
        "sha256": part.sha256,
        "inline": part.inline,
        "content_id": part.content_id,
    }


def _bounce(bounce: Bounce) -> dict[str, object]:
    return {
        "recipients": [
            {"address": one.address, "action": one.action, "status": one.status, "diagnostic": one.diagnostic}
            for one in bounce.recipients
        ],
        "original_message_id": bounce.original_message_id,
    }
