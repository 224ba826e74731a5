"""The words by which mail systems say, in eleven languages, that a mail was not delivered, is late, or begins below.

A line tells of a failure when a word for mail or delivery and a word for failing stand near each other. That is lax
on purpose: it is asked of mails that are known to be bounces, to find the line under which the recipients stand.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Tongue:
    """One language's words: pattern of what was to be delivered, of failing, of being late, with examples of lines."""

    language: str
    mail: str
    failing: str
    late: str
    fails: tuple[str, ...]
    delays: tuple[str, ...]


TONGUES = (
    Tongue(
        language="en",
        mail=r"deliver|reach|recipient|address|mailbox|messages?\b|e-?mail|\bmail\b|\buser\b|\bsent\b",
        failing=r"(?:could|can|was|were|is|are|has|have|had|did|does|do|would|wo)(?: ?not\b|n['’]t\b)|cannot\b"
        r"|not (?:be|been)\b|not deliver|unable to\b|\bfail|fatal error|permanent error|reject|undeliver"
        r"|unknown|no such|non-existent|full\b|refus|disabled|unavailable|error (?:during|occurred)|problem",
        late=r"delay(?:ed)?\b|still being retried|not yet (?:been )?deliver|(?:be|being) retried|still (?:trying"
        r"|being)|delivery attempts will continue|advisory[- ]only|postponed|warning: (?:message|could not"
        r"|mail)|continue to (?:try|attempt)|keep trying|try again for",
        fails=(
            "Delivery has failed to these recipients or groups:",
            "Your message wasn't delivered to dan@old.example because the address couldn't be found",
            "The following address(es) failed:",
            "   ----- The following addresses had permanent fatal errors -----",
            "was not delivered to:",
        ),
        delays=("This is a warning: your message has been delayed.", "It will be retried for another 3 days"),
    ),
    Tongue(
        language="de",
        mail=r"zustell|zugestellt|ausgeliefert|übermitt|uebermitt|erreich|empf(?:ä|ae)nger|adress|nachricht|e-?mail"
        r"|postfach",
        failing=r"nicht|fehlgeschlagen|fehler|konnte|gescheitert|unbekannt|abgelehnt|unzustellbar|unmöglich"
        r"|zurückgewiesen",
        late=r"verzöger|verzoeger|noch nicht zugestellt|konnte bisher nicht|weiterhin versucht|erneut versucht"
        r"|verspätet",
        fails=(
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:",
            "Folgende Empfänger konnten nicht erreicht werden:",
            "Ihre Nachricht an dan@old.example konnte nicht zugestellt werden.",
        ),
        delays=("Die Zustellung Ihrer Nachricht verzögert sich.", "Ihre Nachricht wurde noch nicht zugestellt"),
    ),
    Tongue(
        language="fr",
        mail=r"remis|livr|destinataire|adresse|message|courrier|courriel|distribu|achemin|atteint",
        failing=r"échec|echec|échou|echou|n['’ ]?a(?: pas|i pas)?\b|n['’]ont|pas pu|impossible|non remis|erreur"
        r"|inconnu|introuvable|rejet|refus",
        late=r"retard|différ|pas encore (?:été|pu)|sera retent",
        fails=(
            "Échec de la remise pour ces destinataires ou groupes :",
            "Votre message n'a pas pu être remis aux destinataires suivants",
            "Votre message n'a pas été remis à dan@old.example, car l'adresse est introuvable",
        ),
        delays=("La remise de votre message est retardée.",),
    ),
    Tongue(
        language="it",
        mail=r"recapit|consegn|destinatar|indirizz|messaggio|e-?mail|raggiunt",
        failing=r"non\b|impossibile|mancat|fallit|errore|sconosciut|rifiutat|respint",
        late=r"ritard|non (?:è|e') ancora stat|ritenter|verrà ritentat",
        fails=(
            "Recapito non riuscito per i seguenti destinatari o gruppi:",
            "Impossibile recapitare il messaggio a dan@old.example",
        ),
        delays=("Il recapito del messaggio è in ritardo.",),
    ),
    Tongue(
        language="es",
        mail=r"entreg|destinatari|direcci[oó]n|mensaje|correo|usuario",
        failing=r"\bno\b|error|fall[oóa]|imposible|desconocid|rechaz|ha fallado|fracas",
        late=r"retras|demor|a[uú]n no se ha entregado|volverá a intentar|seguirá intentando",
        fails=(
            "Error de entrega a estos destinatarios o grupos:",
            "No se pudo entregar su mensaje a los siguientes destinatarios",
            "Tu mensaje no se ha entregado a dan@old.example porque no se ha encontrado la dirección",
        ),
        delays=("La entrega de su mensaje se ha retrasado.",),
    ),
    Tongue(
        language="nl",
        mail=r"bezorg|geadresseerde|ontvanger|adres|bericht|e-?mail|afgeleverd|aflever|bestel",
        failing=r"\bniet\b|mislukt|fout|onbestelbaar|onbekend|geweigerd|kan geen",
        late=r"vertraag|vertraging|nog niet (?:bezorgd|afgeleverd)|opnieuw geprobeerd",
        fails=(
            "De bezorging is mislukt bij deze geadresseerden of groepen:",
            "Uw bericht aan dan@old.example kan niet worden bezorgd.",
        ),
        delays=("De bezorging van uw bericht is vertraagd.",),
    ),
    Tongue(
        language="pl",
        mail=r"dostarcz|dor[eę]cz|adresat|odbiorc|adres|wiadomo|poczt",
        failing=r"\bnie\b|nie ?powod|niepowodzenie|błąd|blad|nieznan|odrzuc|niemożliw",
        late=r"op[oó][zź]ni|jeszcze nie|zostan(?:ie|ą) ponowion|kolejne próby",
        fails=(
            "Nie można dostarczyć wiadomości do następujących adresatów lub grup:",
            "Twoja wiadomość do dan@old.example nie została dostarczona",
        ),
        delays=("Dostarczenie wiadomości jest opóźnione.",),
    ),
    Tongue(
        language="sv",
        mail=r"lever|mottagare|adress|meddelande|e-?post|skicka",
        failing=r"\binte\b|misslyck|fel\b|kunde ej|ok[aä]nd|avvisa|det gick inte|olevererbar",
        late=r"förden|försena|ännu inte levererats|nytt försök",
        fails=(
            "Leveransen till följande mottagare eller grupper misslyckades:",
            "Meddelandet till dan@old.example kunde inte levereras.",
        ),
        delays=("Leveransen av meddelandet är försenad.",),
    ),
    Tongue(
        language="tr",
        mail=r"teslim|al[ıi]c[ıi]|adres|ileti|mesaj|e-?posta|gönder",
        failing=r"başar[ıi]s[ıi]z|edilemedi|iletilemedi|ulaşt[ıi]r[ıi]lamad|hata|bulunamad|reddedil|olmad",
        late=r"gecik|henüz teslim edil|yeniden denen",
        fails=(
            "Şu alıcılara veya gruplara teslim başarısız oldu:",
            "dan@old.example adresine gönderdiğiniz ileti teslim edilemedi.",
        ),
        delays=("İletinizin teslimi gecikti.",),
    ),
    Tongue(
        language="ja",
        mail=r"配信|配達|送信|受信者|宛先|アドレス|メール|メッセージ|届",
        failing=r"失敗|できませんでした|できません|不能|不達|エラー|届きません|見つかりません|ありません|拒否",
        late=r"遅延|遅れ|まだ配信されて|再試行",
        fails=(
            "次の受信者またはグループへの配信に失敗しました:",
            "dan@old.example へのメッセージを配信できませんでした。",
        ),
        delays=("メッセージの配信が遅延しています。",),
    ),
    Tongue(
        language="zh",
        mail=r"邮件|郵件|投递|投遞|传递|傳遞|收件人|收件者|地址|送达|送達|发送|發送|信件|退信",
        failing=r"失败|失敗|无法|無法|未能|不能|错误|錯誤|退回|不存在|退信|拒绝|拒絕",
        late=r"延迟|延遲|尚未|重试|重試|暂时",
        fails=("无法将邮件传递给以下收件人或组:", "無法傳遞至下列收件者或群組:"),
        delays=("您的邮件投递已延迟。",),
    ),
)

_GAP = r"[^\n]{0,80}?"
_FAILS = tuple(
    re.compile(f"(?:{one.mail}){_GAP}(?:{one.failing})|(?:{one.failing}){_GAP}(?:{one.mail})", re.IGNORECASE)
    for one in TONGUES
)
_LATE = re.compile("|".join(one.late for one in TONGUES), re.IGNORECASE)

COPY_MARKS = (
    (
        r"^[-=*_ ]{0,80}(?:below this line is a copy|this is a copy of|original message\b|message headers? follow"
        r"|the (?:header|headers|body) (?:of|and)|unsent message|returned message|included is a copy|copy of (?:the"
        r"|your) message|your original message|forwarded message|headers of the original|message header follows"
        r"|start of returned|original (?:mail|e-mail|email)\b|message text follows|(?:the|your) message (?:reads"
        r"|follows)|begin(?:ning)? of (?:the )?original)"
    ),
    r"^[ \t]{0,20}(?:received: (?:from|by)|return-path:|dkim-signature:|mime-version:|arc-seal:|x-received:)",
    (
        r"^[ \t>]{0,20}(?:ursprüngliche (?:nachrichtenkopfzeilen|nachricht|e-mail)|originalnachricht"
        r"|kopie der nachricht|es folgt (?:die|eine)|en-têtes du message|message d['’]origine|message original"
        r"|intestazioni (?:del messaggio|originali)|messaggio originale|encabezados (?:de mensaje|del mensaje)"
        r"|mensaje original|oorspronkelijke? bericht|oorspronkelijke berichtkoppen|oryginalne nagłówki"
        r"|oryginalna wiadomość|ursprungliga? meddelande|özgün ileti|orijinal (?:ileti|mesaj)|元のメッセージ"
        r"|オリジナル|原始邮件|原始郵件|以下为原|原始邮件标头)"
    ),
)
"""Lines below which the returned mail begins: what stands there is the sender's own mail."""
_COPY = re.compile("|".join(COPY_MARKS), re.IGNORECASE | re.MULTILINE)
_MAX_LINE = 600


def tells_failure(line: str, *, foreign: bool = False) -> bool:
    """Whether a line of a bounce says that something was not delivered; `foreign` asks the languages but English."""
    return any(pattern.search(line[:_MAX_LINE]) for pattern in _FAILS[1 if foreign else 0 :])


def tells_delay(text: str) -> bool:
    """Whether a bounce's words say that delivery is still being tried."""
    return _LATE.search(text) is not None


def cut_copy(text: str) -> str:
    """The words of the mail system: the text above the copy of the returned mail; all of it when it begins there."""
    for found in _COPY.finditer(text):
        if text[: found.start()].strip():
            return text[: found.start()]
    return text
