"""Who sends bounces, what their subjects and first words say, by language."""

import re
from dataclasses import dataclass

from ingest.kind_signs.subjects import REPLY_PREFIX, drop_tags
from ingest.read.bounce_address import find_addresses
from ingest.read.bounce_words import cut_copy, tells_failure

DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|smtp-?daemon|postmaster|mail[._ -]?delivery(?:[._ -](?:sub)?(?:system"
    r"|service))?|mdaemon|double-?bounce|bounces?|mail(?:er)?[._-]?(?:system|administrator|router)"
    r"|system ?administrator|microsoftexchange[0-9a-f]{16,40}|(?:\w{1,20}[._-])?smtp[._-]?mail[._-]?(?:service"
    r"|server)|(?:\w{1,20}[._-]){0,3}smtp[._-]gateways?|imss|interscan)(?:[+@\"\\]|-\d|\Z)",
    re.IGNORECASE,
)
"""Local parts of mail systems. Some of them, postmaster above all, are people's addresses too."""
DAEMON_NAME = re.compile(
    r"[\s\"']{0,5}(?:mail[ -]?delivery(?: (?:sub)?(?:system|service))?|mailer-?daemon|mail[ -]?system"
    r"|postmaster|system ?administrator"
    r"|administrateur système|amministratore (?:di )?sistema|administrador del sistema|systeembeheerder"
    r"|administrator systemu"
    r"|systemadministratör|sistem yöneticisi|システム管理者|系统管理员)[\s\"']{0,5}(?:<|\Z)",
    re.IGNORECASE,
)
"""Names that mail systems show. A bounce may be told by them, no automatic mail: people have such titles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subjects:
    """Subjects of failures and delays in one language, searched anywhere; with examples."""

    language: str
    pattern: str
    found: tuple[str, ...]
    not_found: tuple[str, ...] = ()


SUBJECTS = (
    Subjects(
        language="en",
        pattern=r"undeliver|delivery (?:status|failure|failed|has failed|has been delayed|delayed|error|report"
        r"|problem|incomplete|warning|unsuccessful|delay notif)|returned (?:mail|to sender|message|e-?mail)"
        r"|mail (?:delivery|system error|failure|error)|(?:mail|message|e-?mail)(?: (?:to \S{1,80}"
        r"|[\w-]{12,40}))? (?:delivery )?(?:failed|could not be delivered|not delivered|delayed|status"
        r"|undelivered|was not delivered)|failure (?:notice|delivery)|failed mail|failed to deliver"
        r"|non[- ]?deliver|not deliverable|could(?: not|n['’]t) be delivered|nondeliverable|rejected (?:mail"
        r"|message|e-?mail)|automatically rejected|delayed mail|message (?:has )?not yet been delivered"
        r"|(?:user|recipient|address) (?:unknown|rejected|not found)|mailbox (?:full|unavailable)|\bndr\b"
        r"|bounced (?:mail|e-?mail|message)|bounce notif|address not found|message (?:blocked|not sent"
        r"|rejected)",
        found=(
            "Undelivered Mail Returned to Sender",
            "failure notice",
            "Mail delivery failed: returning message to sender",
            "Delivery Status Notification (Failure)",
            "Warning: message 1tBz3k-0007Qa-2b delayed 24 hours",
            "DELIVERY FAILURE: User dan (dan@old.example) not listed in Domino Directory",
            "Undeliverable: your case",
        ),
        not_found=("Lost parcel", "Failed payment", "Parcel not delivered"),
    ),
    Subjects(
        language="de",
        pattern=r"unzustellbar|nicht zugestellt|nicht zustellbar|zustell(?:ung|fehler|status"
        r"|problem)[^:\n]{0,30}(?:fehl|gescheitert|verzöger|benachrichtigung|nicht)|zustellungsfehler"
        r"|zustellungs?benachrichtigung|übermittlungsfehler|fehler bei der zustellung"
        r"|nachricht[^:\n]{0,30}nicht (?:übermittelt|zugestellt)|rückläufer|verzögerte zustellung"
        r"|e-?mail nicht zugestellt",
        found=(
            "Unzustellbar: Erinnerung",
            "Benachrichtigung zum Übermittlungsstatus: Zustellung fehlgeschlagen",
            "ZUSTELLUNGSFEHLER: 550 5.1.1 User unknown",
            "Ihre Nachricht konnte nicht zugestellt werden",
        ),
        not_found=("Zustellung am Samstag", "Paketzustellung an Nachbarn"),
    ),
    Subjects(
        language="fr",
        pattern=r"non remis|non distribu|échec (?:de (?:la )?(?:remise|livraison|distribution)|d['’]envoi)"
        r"|avis de non[- ](?:remise|distribution)|notification d['’]état de remise|remise (?:retardée"
        r"|impossible)|n['’]a pas (?:pu )?être remis|courrier non",
        found=("Non remis : Votre demande", "Échec de la remise", "Notification d'état de remise (échec)"),
        not_found=("Colis livré au voisin",),
    ),
    Subjects(
        language="it",
        pattern=r"mancat[ao] (?:consegna|recapito)|non recapit|recapito (?:non riuscito|fallito|ritardato)"
        r"|impossibile recapitare|notifica (?:di |sullo )?stato (?:del |di )?(?:recapito|consegna)"
        r"|errore di (?:consegna|recapito)",
        found=("Non recapitabile: Reso", "Mancata consegna: ordine"),
        not_found=("Consegna in ritardo del pacco",),
    ),
    Subjects(
        language="es",
        pattern=r"no (?:se puede|se pudo|se ha podido) entregar|no entregado|no entregable|no se ha entregado"
        r"|error de entrega|notificación (?:de|del) estado de (?:la )?entrega|entrega (?:fallida|retrasada"
        r"|de correo fallida)|correo (?:no entregado|devuelto)",
        found=("No se puede entregar: Su caso", "Error de entrega", "Correo devuelto: su pedido"),
        not_found=("Entrega del pedido",),
    ),
    Subjects(
        language="nl",
        pattern=r"onbestelbaar|niet (?:bezorgd|afgeleverd|besteld)|bezorging (?:mislukt|vertraagd)|bezorgingsfout"
        r"|kan niet worden bezorgd|melding (?:van|over) (?:de )?(?:bezorg|aflever)\w{0,12}status",
        found=("Onbestelbaar: Uw vraag", "Bezorging mislukt"),
        not_found=("Bezorging van pakket",),
    ),
    Subjects(
        language="pl",
        pattern=r"niedostarcz|nie (?:dostarczono|można dostarczyć|doręczono)|niedoręcz|niepowodzenie dostarcz"
        r"|powiadomienie o stanie (?:dostarcz|doręcz)|zwrot (?:wiadomości|poczty)",
        found=("Niedostarczalne: Zwrot", "Powiadomienie o stanie dostarczenia (błąd)"),
        not_found=("Zwrot towaru",),
    ),
    Subjects(
        language="sv",
        pattern=r"olevererbar|gick inte att leverera|kunde inte levereras|ej levererad"
        r"|leverans(?:en)? (?:misslyckades|fördröj)|leveransstatus|meddelande om leverans",
        found=("Olevererbar: Ditt ärende", "Det gick inte att leverera: retur"),
        not_found=("Leverans av order",),
    ),
    Subjects(
        language="tr",
        pattern=r"iletilemedi|teslim edilemedi|teslim edilemez|teslim(?:at)? (?:başarısız|hatası)|ulaştırılamadı"
        r"|teslim durumu bildirimi",
        found=("Teslim Edilemedi: Sipariş", "İletilemedi: sipariş"),
        not_found=("Teslimat adresi",),
    ),
    Subjects(
        language="ja",
        pattern=r"配信(?:不能|できません|エラー|失敗|に失敗|状態通知|遅延)|配達(?:不能|できません|失敗)|未達|不達"
        r"|メールが届き?ません|送信(?:できませんでした|エラー|失敗)",
        found=("配信不能: 注文", "メール配信エラー"),
        not_found=("配達日の変更",),
    ),
    Subjects(
        language="zh",
        pattern=r"退信|(?:无法|無法|未能|不能)(?:投递|投遞|送达|送達|传递|傳遞|传送)|未送[达達]|未传递|未傳遞"
        r"|投递失败|投遞失敗|(?:邮件|郵件)(?:传输|發送|发送|传递)失[败敗]|系统退信|送达状态通知",
        found=("未送达: 订单", "系统退信", "邮件发送失败"),
        not_found=("订单未发货",),
    ),
    Subjects(
        language="ru",
        pattern=r"не доставлено|недоставленн|не удалось доставить|не может быть доставлено|ошибка доставки",
        found=("Недоставленное сообщение", "Ваше сообщение не доставлено."),
    ),
)
_SUBJECT = re.compile("|".join(one.pattern for one in SUBJECTS), re.IGNORECASE)
_SUBJECT_STRICT = re.compile(
    r"\W{0,5}(?:warning:?\s*)?(?:" + "|".join(f"(?:{one.pattern})" for one in SUBJECTS) + ")", re.IGNORECASE
)
# English first words of mail systems; the other languages are told by bounce_words, beside an address.
_FIRST_WORDS = re.compile(
    r"(?:could|can|did|was|were|is|has|have)(?: ?not|n['’]t)\s{1,3}(?:yet )?(?:be(?:en)? )?(?:delivered|deliver"
    r"|reach|accepted|sent)|(?:cannot|unable to|failed to) (?:be )?deliver|deliver(?:y|ing)\b[^\n.]{0,60}\b(?:fail"
    r"|delay|error|unsuccess|problem)|(?:fail|error)\w{0,5} (?:in|of|to|during) deliver|undeliver|non-?deliver"
    r"|not delivered|following (?:address|recipient|user)[^\n]{0,60}(?:fail|error|could|reject|not|problem|were|was"
    r"|:)|failed (?:address|recipient)|had permanent|returned (?:mail|to (?:the )?sender)|(?:user|recipient"
    r"|mailbox)\b[^\n]{0,40}(?:unknown|not found|unavailable|does(?: not|n['’]t) exist)|(?:no such|unknown|invalid"
    r"|nonexistent) (?:user|recipient|address|mailbox|final delivery)|was (?:automatically )?rejected"
    r"|mailbox is full|no matches to nameserver|rcpt to:[^\n]{0,100}\n?[^\n]{0,60}55\d|advisory-only"
    r"|delivery attempts will continue|permanent (?:fatal )?error",
    re.IGNORECASE,
)
_REJECTED = re.compile(r"\W{0,10}your message to <?[^\s<>]{3,254}>? was automatically rejected", re.IGNORECASE)
_OPENING = 700
_SHORT = 600
_PERSON = re.compile(
    r"\W{0,5}(?:hi|hello|dear|hallo|guten|sehr geehrte|liebe|moin|bonjour|madame|buongiorno|gentile|hola|estimad"
    r"|beste|geachte|dzień|szanown|hej|merhaba|sayın|您好|你好|お世話|こんにちは)(?!\w{3}).{0,60}[,!:\n，]",
    re.IGNORECASE,
)
_NOT_OF_MACHINES = re.compile(
    r"[?？]\s|[?？]\Z|forwarded message|weitergeleitete nachricht|message transféré|messaggio inoltrato"
    r"|mensaje reenviado|doorgestuurd bericht|\A(?:from|von|de|da|van|od|från)\s?:|please (?:advise|help)"
    r"|\b\d{3}-\d{7}-\d{7}\b|\b(?:i|my|we|our|ich|meine?[mnrs]?|wir|unsere?[mnrs]?|je|mon|nous|notre|ik|mijn"
    r"|mio|mia)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w.-])(?:[45]\d\d[ :-]|[45]\.\d{1,3}\.\d{1,3}\b)")
_RECIPIENT_ALONE = re.compile(
    r"[^\w\n]{0,20}(?:[\w -]{0,30}:)?[^\w\n]{0,20}(?:\"[^\"\n]{1,100}\""
    r" )?[^\w\n]{0,5}[^\s<>@]{1,64}@[\w.-]{3,253}[^\w\n]{0,10}\Z"
)
# Google, Yahoo and Microsoft greet too: "Hi. This is the qmail-send program", "Hello dan@x, your message …".
_GREETING_SYSTEM = re.compile(
    r"\W{0,5}hi\. this is the|.{0,80}(?:mail (?:system|server)|qmail|program at|postmaster)", re.IGNORECASE
)


def is_bounce_subject(subject: str) -> bool:
    """Whether a subject speaks of a mail that was not delivered, or not yet. It is asked of mail systems' mail only."""
    return _SUBJECT.search(subject[:500]) is not None


def begins_as_bounce(subject: str) -> bool:
    """Whether a subject begins so: "Re: Undeliverable" and "My parcel was returned to sender" do not."""
    subject = drop_tags(subject[:500])
    return REPLY_PREFIX.match(subject) is None and _SUBJECT_STRICT.match(subject) is not None


def is_bounce_text(text: str) -> bool:
    """Whether the first words say so and somebody is named. It is asked of mail systems' mail only."""
    opening = cut_copy(text[:8_000])[:2_500]
    lines = opening.split("\n")[:60]
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    told = _FIRST_WORDS.search(opening) is not None or any(
        tells_failure(f"{one} {two}", foreign=True) for one, two in pairs
    )
    return told and bool(find_addresses(opening) or _LIST_OF_NAMES.search(opening))


# AOL and Yale name mailboxes without a domain, on a line of their own.
_LIST_OF_NAMES = re.compile(r":\s{0,5}\n\s{0,5}[\w.-]{3,40}(?:\s|\Z)")


def opens_as_bounce(text: str) -> bool:
    """Whether a mail that no mail system signs still is one's own: the report at once, as only machines write it.

    That is an SMTP code or a recipient on a line of its own, and no greeting, question or heading of a forward.
    """
    opening = text[:_OPENING].lstrip("-*#=_ \r\n\t>")
    if opens_as_person(opening) or _NOT_OF_MACHINES.search(opening):
        return False
    named = any(_RECIPIENT_ALONE.match(line[:300]) for line in opening.split("\n")[:40])
    return is_bounce_text(opening) and (named or _CODE.search(opening) is not None)


def opens_as_person(text: str) -> bool:
    """Whether a text begins with a greeting that is not a mail system's."""
    return _PERSON.match(text) is not None and _GREETING_SYSTEM.match(text) is None


def is_nothing_but_bounce(text: str) -> bool:
    """Whether a short mail is a bounce's words alone: they begin it, and there is no room for a person's."""
    return len(text) < _SHORT and opens_as_bounce(text) and _FIRST_WORDS.search(text[:200]) is not None


def is_rejection(text: str) -> bool:
    """Whether a read receipt is in truth a rejection: Dovecot's and Sieve's `reject` send one (RFC 5429)."""
    return _REJECTED.match(text) is not None
