"""What begins history down to the end of a mail: dividers, and the header block Outlook and others write above it."""

import re
from dataclasses import dataclass
from enum import Enum

from ingest.read.reply_rules import LineRule, join_rules, rule


class Header(Enum):
    """What a label of a header block stands for. SENT is a label no list of a person's own has ("Gesendet:")."""

    FROM = "from"
    SENT = "sent"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    OTHER = "other"


# Labels by what they stand for; the languages in the order of the gold set, then pt da nb fi cs hu ru.
LABELS: dict[Header, tuple[str, ...]] = {
    Header.FROM: (
        *(
            "von",
            "from",
            "de",
            "da",
            "van",
            "od",
            "från",
            "kimden",
            "gönderen",
            "gönderici",
            "差出人",
            "送信者",
            "发件人",
        ),
        *(
            "發件人",
            "寄件者",
            "寄件人",
            "fra",
            "avsändare",
            "lähettäjä",
            "feladó",
            "от",
            "от кого",
            "od koho",
            "reply from",
        ),
        *("expéditeur", "absender", "mittente", "remitente", "afzender", "nadawca", "보낸 사람", "від", "发送人", "من"),
    ),
    Header.SENT: (
        *("gesendet", "gesendet am", "sent", "envoyé", "envoyé le", "inviato", "inviato il", "enviado", "enviado el"),
        *(
            "enviado em",
            "enviada",
            "enviada em",
            "enviada el",
            "verzonden",
            "wysłane",
            "wysłano",
            "skickat",
            "gönderildi",
        ),
        *(
            "gönderilme",
            "gönderme tarihi",
            "送信日時",
            "发送时间",
            "發送時間",
            "寄件日期",
            "傳送日期",
            "sendt",
            "lähetetty",
        ),
        *("odesláno", "elküldve", "отправлено", "보낸 날짜", "发送日期", "تم الإرسال"),
    ),
    Header.DATE: (
        *("datum", "date", "data", "fecha", "tarih", "dato", "päivämäärä", "dátum", "дата", "日付", "日時", "时间"),
        *("日期", "時間", "날짜"),
    ),
    Header.TO: (
        *("an", "to", "à", "a", "para", "aan", "do", "till", "kime", "alıcı", "宛先", "收件人", "收件者", "til"),
        *(
            "vastaanottaja",
            "komu",
            "címzett",
            "кому",
            "받는 사람",
            "destinataire",
            "empfänger",
            "destinatario",
            "pour",
            "إلى",
        ),
    ),
    Header.SUBJECT: (
        *("betreff", "subject", "objet", "oggetto", "asunto", "onderwerp", "temat", "ämne", "konu", "件名", "主题"),
        *(
            "主題",
            "主旨",
            "标题",
            "assunto",
            "emne",
            "aihe",
            "předmět",
            "tárgy",
            "тема",
            "제목",
            "betr",
            "sujet",
            "الموضوع",
        ),
    ),
    Header.OTHER: (
        *(
            "cc",
            "kopie",
            "kopie an",
            "copie",
            "copie à",
            "kopia",
            "kopia till",
            "dw",
            "udw",
            "bilgi",
            "抄送",
            "副本",
            "bcc",
        ),
        *(
            "kopi",
            "kopio",
            "копия",
            "参照",
            "cc:er",
            "per conoscenza",
            "con copia",
            "cci",
            "cco",
            "reply-to",
            "antwort an",
        ),
        *(
            "répondre à",
            "rispondi a",
            "risposta",
            "responder a",
            "antwoord aan",
            "odpowiedz do",
            "svara till",
            "yanıtla",
        ),
        *(
            "yanıt",
            "返信先",
            "回复",
            "回复地址",
            "importance",
            "wichtigkeit",
            "priorität",
            "priority",
            "priorité",
            "priorità",
        ),
        *("prioridad", "importancia", "importanza", "urgentie", "ważność", "prioritet", "önem", "重要度", "重要性"),
        *("attachments", "attachment", "anlagen", "anlage", "pièces jointes", "pièce jointe", "allegati", "allegato"),
        *("adjuntos", "datos adjuntos", "bijlagen", "bijlage", "załączniki", "bilagor", "bifogade filer", "ekler"),
        *("添付ファイル", "附件", "sensitivity", "vertraulichkeit", "organization", "message-id", "resent-from"),
        *("newsgroups", "mailed-by", "signed-by", "x-mailer", "categories", "kategorien", "anexos"),
    ),
}
_HEADERS = {label: header for header, labels in LABELS.items() for label in labels}

_ORIGINAL = (
    r"(?:original(?:e|es|en)?|originele|originalna|ursprüngliche|urspr\.|ursprungligt?|oprindelig|opprinnelig"
    r"|alkuperäinen|oorspronkelijke?|oryginalna|orijinal|özgün|originální|původní|eredeti|исходное|оригинальное"
    r"|forwarded|fwd|weitergeleitete|transféré|réexpédié|inoltrato|reenviado|encaminhada|doorgestuurd|przekazana"
    r"|przesłana dalej|vidarebefordrat|videresendt|yönlendirilen|[iİ]letil(?:en|miş)|přeposlaná|reply|replied"
    r"|пересылаемое|пересланное)"
)
_MESSAGE = (
    r"(?:messages?|e-?mails?|mail|nachricht|message|courriel|messaggio|mensaje|correo(?: electrónico)?|bericht"
    r"|wiadomość"
    r"|meddelande|meddelelse|melding|besked|viesti|mesaj|ileti|e-?posta|mensagem|zpráva|üzenet|сообщение|письмо"
    r"|appointment|text)"
)
_COMPOUND = (
    r"(?:original-?nachricht|originalmeddelande|originalmelding|ursprungsmeddelande|message d['’]origine"
    r"|元のメッセージ|元のメール|転送メッセージ|転送されたメッセージ|原始邮件|原始郵件|原邮件|原信|回复的原邮件|回复的邮件|转发的?邮件(?:信息)?"
    r"|转发的消息|轉寄郵件|已转发邮件|轉寄的郵件|邮件原件"
    r"|treść przekazanej wiadomości|원본 메시지|전달된 메시지|reply separator)"
)
_PHRASE = rf"(?:{_ORIGINAL} {_MESSAGE}|{_MESSAGE} {_ORIGINAL}|{_COMPOUND})"

# A line that by itself starts history: nothing below is new.
DIVIDERS: tuple[LineRule, ...] = (
    rule(
        rf"[-_=*#~><+ ]{{1,60}}{_PHRASE}(?: (?:follows|von|from|de|da|van|od|från"
        rf"|от)\b.{{0,100}})?[-_=*#~<>+: ]{{0,60}}\Z",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Messaggio originale --------",
        "-------- Original-Nachricht --------",
        "---------- Forwarded message ---------",
        "------------------ 原始邮件 ------------------",
        "----- Message d'origine -----",
        "------- Original Message -------",
        "-------- Weitergeleitete Nachricht --------",
        "---- Replied Message ----",
        "----- Mensaje original -----",
        "---------- Wiadomość przekazana ----------",
        "-----Originalmeddelande-----",
        "-----Oprindelig meddelelse-----",
        "-----Özgün İleti-----",
        "-------- Исходное сообщение --------",
        "-----元のメッセージ-----",
    ),
    rule(
        rf"[-_=*]{{3,40}} ?{_PHRASE} ?[-_=*]{{3,40}} ?\W?"
        r"(?:von|from|de|da|van|od|från|kimden|fra|发件人|差出人)\b.{0,300}",
        "-------- Original message --------From: Support Date: 12/11/2026 10:02 (GMT+01:00) To: a@b.example",
    ),
    rule(
        r"(?:original message processed by|originalnachricht (?:bearbeitet|verarbeitet) (?:von"
        r"|durch)) david\b.{0,20}\Z",
        "Original Message processed by david®",
    ),
    rule(
        r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message"
        r" (?:réexpédié|transféré)|inizio (?:del )?messaggio inoltrato|inicio del mensaje reenviado"
        r"|begin doorgestuurd bericht|początek przekazywanej wiadomości|vidarebefordrat brev"
        r"|(?:början på )?vidarebefordrat meddelande|[iİ]letilmiş ileti başlangıcı|[iİ]letilen ileti"
        r"|転送されたメッセージ|开始转发的邮件"
        r"|開始轉寄郵件|início da mensagem (?:encaminhada|reencaminhada)|начало переадресованного сообщения) ?[:：]\Z",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "Début du message réexpédié :",
        "Początek przekazywanej wiadomości:",
        "開始轉寄郵件：",
    ),
    rule(
        r"-{2,40} ?(?:forwarded by|weitergeleitet von|inoltrato da|reenviado por|transféré par|doorgestuurd door"
        r"|przekazane przez|vidarebefordrat av|ileten|転送者)\b.{1,120}?-{2,40}\Z",
        "----- Forwarded by Jan Petersen/Shop on 12/11/2026 10:02 -----",
        "----- Weitergeleitet von Jan Petersen/Shop am 12.11.2026 10:02 -----",
    ),
    rule(
        r"[-#=*>\s]{0,20}(?:please )?(?:type|write|enter)? ?(?:your )?reply above this line\b.{0,80}\Z"
        r"|[-#=*>\s]{0,20}(?:bitte )?(?:antworten sie|(?:schreiben|geben) sie ihre antwort"
        r"|ihre antwort) (?:bitte )?(?:oberhalb|über)"
        r" dieser (?:zeile|linie).{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:bitte )?(?:oberhalb|über) dieser (?:zeile|linie) antworten.{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:veuillez )?(?:répond(?:re|ez)|(?:écri(?:re|vez)|saisi(?:r"
        r"|ssez)) votre réponse).{0,20} au-dessus de cette ligne.{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:per favore )?(?:rispond(?:ere|i)|(?:scriv|inserisc|inserir)[aei](?:re)? la (?:tua "
        r"|sua )?risposta).{0,20}sopra (?:a )?"
        r"questa (?:riga|linea).{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:por favor,? )?(?:responda|responde|escriba su respuesta).{0,20}(?:encima de"
        r"|sobre) esta línea"
        r".{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:typ |schrijf |antwoord |beantwoord ).{0,20}boven deze (?:lijn|regel).{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:proszę |prosimy )?(?:odpowied\w{1,6}|wpis\w{1,4}).{0,20} (?:nad|powyżej) t(?:ą"
        r"|ej) lini.{0,40}\Z"
        r"|[-#=*>\s]{0,20}(?:svara|skriv ditt svar).{0,20} ovanför (?:den här|denna) (?:raden|linjen).{0,40}\Z"
        r"|[-#=*>\s]{0,20}.{0,30}bu satırın üst(?:üne|ünde).{0,40}\Z"
        r"|[-#=*>\s]{0,20}.{0,20}この(?:線|行)(?:より|の)上.{0,40}\Z|[-#=*>\s]{0,20}.{0,20}在此(?:行|线)(?:以|之)上.{0,40}\Z",
        "##- Please type your reply above this line -##",
        "--- Reply above this line ---",
        "Bitte antworten Sie oberhalb dieser Zeile",
        "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##",
        "Veuillez répondre au-dessus de cette ligne",
        "##- Typ uw antwoord boven deze regel -##",
        needs=(
            *("this line", "dieser ", "cette ligne", "questa ", "esta l", "boven deze ", " lini", " ovanför ", "satır"),
            *("この", "在此"),
        ),
    ),
)

DIVIDER = join_rules(DIVIDERS)
# Without rules on both sides a divider only where a header block follows (BlackBerry, some web mailers).
PLAIN_DIVIDER = re.compile(rf"{_PHRASE} ?[:：]?\Z", re.IGNORECASE)
RULER = re.compile(r"[-_=*―─━—–+ ]{5,}\Z")

_LINE = re.compile(r"[*_|>\s]{0,6}([^\W\d][\w .'-]{0,24}?)[*_|\s]{0,6}[:：][*_|\s]{0,6}(.*)", re.DOTALL)
_BARRED = re.compile(r"\|\s{0,4}([^\W\d][\w .'-]{0,24}?)\s{0,4}:?\s{0,4}\|(.{1,300}?)\|?\Z")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h時点]\d\d(?!\d)|\d{1,2} ?(?:uhr|h\b|pm|am)\b", re.IGNORECASE)
_MAX_LINE = 400
_MAX_LINES = 24
_MAX_FILLED = 14
_MAX_CONTINUED = 2
_MAX_BLANK = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderLine:
    """One line of a header block: its label's meaning and its value."""

    header: Header
    value: str


def find_header_line(line: str) -> HeaderLine | None:
    """A line with a label mail programs write: bold, behind a tab, with a full-width colon, in a table's cells."""
    cut = line[:_MAX_LINE]
    match = _LINE.match(cut) or _BARRED.match(cut.strip())
    header = _HEADERS.get(" ".join(match[1].lower().split())) if match else None
    if match is None or header is None:
        return None
    return HeaderLine(header=header, value=match[2])


def find_header_lines(bares: list[str]) -> list[HeaderLine | None]:
    """For each line of a mail what it is in a header block."""
    return [find_header_line(line) if ":" in line or "：" in line or line[:1] == "|" else None for line in bares]


def find_header_block(lines: list[str], headers: list[HeaderLine | None], start: int) -> int | None:
    """The index behind the header block that begins at `start`; None when there is none.

    A mail may hold "From: our warehouse / To: the customer / Date: 12.11." as its own words. So a block needs three
    labels with a sender, and two signs of a mail: a subject, "Sent", an address, a time of day. Two labels do where
    they are an address and when it was sent.
    """
    first = headers[start]
    if first is None or first.header is Header.OTHER:
        return None
    found, end = collect_headers(lines, headers, start)
    if Header.FROM not in found or len(found) < 2:
        return None
    sender, date = found[Header.FROM], found.get(Header.SENT) or found.get(Header.DATE, "")
    timed = bool(_TIME.search(date))
    if len(found) == 2:
        return end if "@" in sender and (timed or Header.SENT in found) else None
    signs = (Header.SUBJECT in found, Header.SENT in found, "@" in sender or "@" in found.get(Header.TO, ""), timed)
    return end if sum(signs) >= 2 else None


def collect_headers(lines: list[str], headers: list[HeaderLine | None], start: int) -> tuple[dict[Header, str], int]:
    """The headers from `start` on; values are wrapped, paragraphs of HTML leave empty lines between them."""
    found: dict[Header, str] = {}
    end = start + 1
    filled = continued = blank = 0
    last: Header | None = None
    for index in range(start, min(start + _MAX_LINES, len(lines))):
        if not lines[index]:
            blank += 1
            if blank > _MAX_BLANK:
                break
            continue
        line = headers[index]
        if line is None and (blank or continued >= _MAX_CONTINUED):
            break
        filled, blank = filled + 1, 0
        if filled > _MAX_FILLED:
            break
        continued = continued + 1 if line is None else 0
        if line is not None:
            last = line.header if line.header not in found else None
            found.setdefault(line.header, line.value)
            end = index + 1
        elif last is not None:
            found[last] += f" {lines[index][:_MAX_LINE]}"
    return found, end


def is_joined_block(line: str, first: HeaderLine | None) -> bool:
    """Notes and some web mailers' whole block in one line: "Von: … An: … Datum: … Betreff: …"."""
    if first is None or first.header is Header.OTHER:
        return False
    found = {first.header} | {
        _HEADERS[label[1].lower()] for label in _INNER.finditer(line[:_MAX_LINE]) if label[1].lower() in _HEADERS
    }
    return len(found - {Header.OTHER}) >= 4 and bool(found & {Header.SUBJECT, Header.SENT})


_INNER = re.compile(r"[\s*>]([^\W\d]{1,14})[*\s]{0,2}[:：]")
