"""The mail that is counted: 20 KB of a German seller, text and HTML, with identifiers and the history below."""

from email.message import EmailMessage

_ORDERS = (
    ("302-1234567-7654321", "B08N5WRWNW", "4006381333931", "1Z999AA10123456784", "129,90"),
    ("028-7654321-1234567", "B07XJ8C8F5", "4002515289693", "00340434161094042557", "34,50"),
    ("305-2468013-5791357", "B09G9FPHY6", "4011905437873", "1Z12345E0205271688", "1.249,00"),
)
_OPENING = (
    "Guten Tag,",
    (
        "wir verkaufen seit sechs Jahren über Ihren Marktplatz und hatten bisher nie Grund zur Klage. Seit "
        "dem Wechsel der Auszahlungsmethode fehlen uns jedoch die Gutschriften für mehrere Bestellungen, "
        "obwohl die Ware nachweislich zurückgeschickt und von Ihrem Lager in Leipzig bestätigt wurde."
    ),
    (
        "Zum Vorgang {serial}: Die Sendung FBA15DX{serial} ist am 12. November vollständig eingegangen, in "
        "Ihrem Bericht stehen aber nur 38 von 40 Einheiten. Bitte prüfen Sie, wo die beiden übrigen Geräte "
        "geblieben sind. Die Rechnungsnummer lautet RE-2026-{serial}, unsere USt-IdNr. DE136695976."
    ),
)
_AFTER = (
    (
        "Wir haben außerdem zweimal telefonisch nachgefragt (zuletzt unter +49 30 901820, am Dienstag gegen "
        "14:30 Uhr). Dort hieß es, die Buchhaltung melde sich innerhalb von drei Werktagen; geschehen ist "
        "leider nichts."
    ),
    (
        "Die Auszahlung soll weiterhin auf unser Konto DE89 3704 0044 0532 0130 00 gehen. Falls Sie noch "
        "Unterlagen brauchen, schicken wir sie Ihnen gern: Lieferscheine, Fotos der Verpackung und die "
        "Bestätigung des Spediteurs liegen vor."
    ),
    (
        "Für eine zügige Klärung wären wir dankbar, denn das Weihnachtsgeschäft beginnt, und ohne das Geld "
        "können wir keine neue Ware bestellen. Sagen Sie uns bitte auch, ob die Gebühren für Lagerung in "
        "dieser Zeit erlassen werden."
    ),
)
_CLOSING = ("Mit freundlichen Grüßen", "Jan Petersen", "Petersen Haushaltswaren GmbH, Große Bleichen 12, 20354 Hamburg")
_ATTRIBUTION = "Am 20.11.2026 um 09:14 schrieb Support <support@casepost.example>:"
_HISTORY = (
    (
        "Guten Tag Herr Petersen, vielen Dank für Ihre Nachricht. Wir haben Ihr Anliegen an die zuständige "
        "Abteilung weitergegeben und melden uns, sobald dort ein Ergebnis vorliegt. Bitte antworten Sie auf "
        "diese Nachricht, wenn Sie noch etwas ergänzen möchten, und lassen Sie den Betreff unverändert."
    ),
    (
        "Für Rücksendungen gilt: Die Erstattung wird ausgelöst, wenn das Paket im Lager erfasst wurde. Das "
        "kann bis zu vierzehn Tage dauern. Den Stand sehen Sie jederzeit in Ihrem Verkäuferkonto unter "
        "Bestellungen und Rücksendungen."
    ),
)
_STYLE = "font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#1f2328;margin:0 0 12px 0"


def make_raw(serial: int) -> bytes:
    """The mail as octets; `serial` (four digits) stands in it, so that no cache knows the next one, and nothing else.

    Every serial gives the same length, and nearly the same work.
    """
    number = f"{serial:04d}"
    mail = EmailMessage()
    mail["From"] = "Jan Petersen <jan@petersen.example>"
    mail["To"] = "Kundendienst für Verkäufer <support@casepost.example>"
    mail["Subject"] = f"AW: Erstattung fehlt seit Wochen – Rücksendung {number}"
    mail["Date"] = "Mon, 23 Nov 2026 09:41:00 +0100"
    mail["Message-ID"] = f"<{number}.counted@petersen.example>"
    mail["In-Reply-To"] = f"<known-to-nobody.1.{number}@elsewhere.example>"
    mail["References"] = " ".join(f"<known-to-nobody.{one}.{number}@elsewhere.example>" for one in range(12))
    for hop in range(6):
        mail["Received"] = (
            f"from a{hop}.mx.example (a{hop}.mx.example [192.0.2.{hop}]) by b{hop}.mx.example with ESMTPS"
        )
    mail.set_content(_text(number), cte="quoted-printable")
    mail.add_alternative(_html(number), subtype="html", cte="quoted-printable")
    mail.make_mixed(boundary="counted-mixed")
    mail.get_payload(0).set_boundary("counted-alternative")  # type: ignore[union-attr]
    mail.add_attachment(bytes(range(256)) * 8, "application", "octet-stream", filename="Beleg.dat")
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _text(number: str) -> str:
    orders = [
        f"Bestellung {order}, ASIN {asin}, EAN {gtin}, Sendungsnummer {parcel}, {price} EUR"
        for order, asin, gtin, parcel, price in _ORDERS
    ]
    words = [*(one.format(serial=number) for one in _OPENING), "\n".join(orders), *_AFTER, "\n".join(_CLOSING)]
    return "\n\n".join([*words, _ATTRIBUTION, "\n>\n".join(f"> {one}" for one in _HISTORY * 6)]) + "\n"


def _html(number: str) -> str:
    def paragraphs(lines: tuple[str, ...]) -> str:
        return "".join(f'<p class="MsoNormal" style="{_STYLE}"><span lang="DE">{one}</span></p>\n' for one in lines)

    heads = "".join(f"<th>{one}</th>" for one in ("Bestellung", "ASIN", "EAN", "Sendungsnummer", "Betrag"))
    rows = "".join(
        "<tr>" + "".join(f'<td style="border:1px solid #d0d7de;padding:4px">{cell}</td>' for cell in order) + "</tr>\n"
        for order in _ORDERS
    )
    return (
        "<html><head><style>p.MsoNormal { margin: 0cm; } .hidden { display: none; }</style></head>\n"
        '<body lang="DE" link="#0563C1"><div class="hidden">Vorschau: Erstattung fehlt</div>\n'
        + paragraphs(tuple(one.format(serial=number) for one in _OPENING))
        + f"<table>\n<tr>{heads}</tr>\n{rows}</table>\n"
        + paragraphs((*_AFTER, *_CLOSING))
        + '<p><a href="https://shop.petersen.example/ruecksendung?von=mail&amp;nr='
        + number
        + '">Unsere Unterlagen</a> <img src="https://shop.petersen.example/p.png" width="1" height="1"></p>\n'
        + f"<div>{_ATTRIBUTION.replace('<', '&lt;').replace('>', '&gt;')}</div>\n"
        + f'<blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{paragraphs(_HISTORY * 6)}</blockquote>\n'
        + "</body></html>\n"
    )
