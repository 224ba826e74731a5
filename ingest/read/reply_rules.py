"""What quoted history, signatures and footers look like: tables with an example for each rule, walked by the tests.

All patterns are matched against one line (or a few joined ones) of bounded length, so every rule is linear.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRule:
    """A pattern that one whole line must match, and lines it is for."""

    pattern: re.Pattern[str]
    examples: tuple[str, ...]


def _rule(pattern: str, *examples: str) -> LineRule:
    return LineRule(pattern=re.compile(pattern, re.IGNORECASE), examples=examples)


# The line above a quote. Mail programs wrap it, so up to four lines are joined before these are tried.
# A date or a number must be in it: "She wrote:" alone is prose.
ATTRIBUTIONS: tuple[LineRule, ...] = (
    _rule(
        r"on\b.{0,40}\d.{0,300}\b(?:wrote|writes|said):$",
        "On Thu, Nov 12, 2026 at 10:02 AM Support < support@help.example> wrote:",
        "On 12/11/2026 10:02, Marketplace Support wrote:",
    ),
    _rule(
        r"\d{4}[-/]\d.{0,300}\b(?:wrote|skrev|schrieb):?$",
        "2026-11-12 10:02 GMT+01:00 Support <s@help.example>: wrote:",
    ),
    _rule(
        r"(?:am|on|le|il|el|op|den|em)\b.{0,40}\d.{0,300}\bschrieb\b.{0,200}:$",
        "Am 16.11.2026 um 14:20 schrieb Marktplatz Support <support@help.example>:",
        "Am Do., 12. Nov. 2026 um 10:02 Uhr schrieb Support <support@help.example>:",
    ),
    _rule(r"le\b.{0,40}\d.{0,300}\ba écrit\s?:$", "Le jeu. 12 nov. 2026 à 10:02, Support <s@help.example> a écrit :"),
    _rule(
        r"il\b.{0,40}\d.{0,300}\bha scritto:$",
        "Il giorno gio 12 nov 2026 alle ore 10:02 Supporto < support@help.example> ha scritto:",
    ),
    _rule(
        r"el\b.{0,40}\d.{0,300}\bescribió:$", "El jue, 12 nov 2026 a las 10:02, Soporte (<s@help.example>) escribió:"
    ),
    _rule(
        r"em\b.{0,40}\d.{0,300}\bescreveu:$", "Em qui., 12 de nov. de 2026 às 10:02, Suporte <s@help.example> escreveu:"
    ),
    _rule(
        r"op\b.{0,40}\d.{0,300}\bschreef\b.{0,200}:$", "Op do 12 nov 2026 om 10:02 schreef Support <s@help.example>:"
    ),
    _rule(
        r"op\b.{0,40}\d.{0,300}\b(?:heeft|het volgende)\b.{0,200}:$",
        "Op 12 nov. 2026 heeft Support het volgende geschreven:",
    ),
    _rule(
        r"(?:w dniu|dnia|śr|czw|pt|pon|wt|sob|niedz|sb)\b.{0,40}\d.{0,300}\b(?:pisze|napisał(?:a|\(a\))?"
        r"|użytkownik.{0,200}):$",
        "W dniu 12.11.2026 o 10:02, Wsparcie Marketplace pisze:",
        "czw., 12 lis 2026 o 10:02 Wsparcie <s@help.example> napisał(a):",
    ),
    _rule(
        r"(?:den\b.{0,40})?\d.{0,300}\bskrev\b.{0,200}:$",
        "12 nov. 2026 kl. 10:02 skrev Marketplace Support <support@help.example>:",
        "Den tors 12 nov. 2026 kl 10:02 skrev Support <s@help.example>:",
    ),
    _rule(
        r".{1,440} (?:şunu|şunları) yazdı:$",
        "Destek <destek@help.example>, 12 Kas 2026 Per, 10:02 tarihinde şunu yazdı:",
    ),
    _rule(
        r"\d{4}年\d{1,2}月\d{1,2}日.{0,300}[:：]$",
        "2026年11月12日(木) 10:02 出品者サポート <support@help.example>:",
        "2026年11月12日 10:02、サポート <s@help.example> のメール:",
    ),
    _rule(r".{1,440}(?:写道|寫道)\s?[:：]$", "客服 <s@help.example> 于2026年11月12日周四 10:02写道："),
    _rule(r"在\s?\d{4}.{0,300}[:：]$", '在 2026-11-12 10:02:44，"客服" <s@help.example> 写道：'),
    _rule(
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,60}<[^<>@\s]{1,64}@[^<>@\s]{1,200}>\s?:$",
        "2026-11-12 10:02 GMT+01:00 Support <support@help.example>:",
    ),
)

# Without a date these are prose, unless marked lines of a quote stand right below them.
UNDATED_ATTRIBUTIONS: tuple[LineRule, ...] = (
    _rule(
        r".{1,300}\b(?:wrote|writes|said|schrieb|a écrit|ha scritto|escribió|escreveu|schreef|skrev|pisze"
        r"|napisał(?:a|\(a\))?|yazdı)\s?:$",
        "Jan Petersen via support wrote:",
        "Jan Petersen via support <support@help.example> schrieb:",
    ),
)

# A line that by itself starts history: nothing below is new.
DIVIDERS: tuple[LineRule, ...] = (
    _rule(
        r"[-_=*\s]{2,}(?:original (?:message|e-?mail|appointment)|(?:ursprüngliche|originale?) (?:nachricht"
        r"|mail|e-mail)"
        r"|original-?nachricht|forwarded message|weitergeleitete (?:nachricht|e-?mail)|message (?:d'origine"
        r"|original|transféré)"
        r"|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht"
        r"|(?:wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|przekazana wiadomość)"
        r"|(?:ursprungligt|originalmeddelande|vidarebefordrat meddelande).{0,20}"
        r"|(?:orijinal|özgün) (?:mesaj|ileti)|yönlendirilen (?:mesaj|ileti)|mensagem original"
        r"|元のメッセージ|転送メッセージ|原始邮件|原始郵件|转发的?邮件|轉寄郵件)[-_=*\s]{2,}$",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Messaggio originale --------",
        "-------- Original-Nachricht --------",
        "---------- Forwarded message ---------",
        "------------------ 原始邮件 ------------------",
    ),
    _rule(
        r"(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)"
        r"|inizio messaggio inoltrato|inicio del mensaje reenviado|begin doorgestuurd bericht):$",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
    ),
)

# Labels of the header block that Outlook and others write above history: what the label stands for.
HEADER_LABELS: dict[str, str] = {
    **dict.fromkeys(
        ("from", "von", "de", "da", "van", "od", "från", "kimden", "gönderen", "差出人", "发件人", "發件人", "寄件者"),
        "from",
    ),
    **dict.fromkeys(
        (
            *("sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "inviato", "data", "enviado", "enviado el"),
            *("fecha", "verzonden", "wysłane", "wysłano", "skickat", "gönderildi", "gönderme tarihi", "tarih"),
            *("送信日時", "日付", "日時", "发送时间", "时间", "日期", "寄件日期", "gesendet am"),
        ),
        "date",
    ),
    **dict.fromkeys(
        ("to", "an", "à", "a", "para", "aan", "do", "till", "kime", "alıcı", "宛先", "收件人", "收件者"), "to"
    ),
    **dict.fromkeys(("cc", "kopie", "copie", "kopia", "dw", "bilgi", "抄送", "副本"), "cc"),
    **dict.fromkeys(
        (
            "subject",
            "betreff",
            "objet",
            "oggetto",
            "asunto",
            "onderwerp",
            "temat",
            "ämne",
            "konu",
            "件名",
            "主题",
            "主題",
        ),
        "subject",
    ),
    **dict.fromkeys(("reply-to", "antwort an", "répondre à", "rispondi a", "responder a"), "reply-to"),
}

PHONE_FOOTERS: tuple[LineRule, ...] = (
    _rule(r"(?:sent|envoyé) (?:from|with|via|using) .{1,60}$", "Sent from my iPhone", "Sent from Outlook for Android"),
    _rule(r"get outlook for .{1,60}$", "Get Outlook for iOS"),
    _rule(
        r"(?:diese nachricht wurde |diese e-mail wurde )?(?:von|mit|gesendet von|gesendet mit) .{1,60}"
        r"(?:gesendet|gesendet\.|verschickt|geschickt)\.?$",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
    ),
    _rule(
        r"gesendet (?:von|mit|aus|über) .{1,60}$", "Gesendet von Mail für Windows", "Gesendet mit der Telekom Mail App"
    ),
    _rule(r"(?:outlook für|holen sie sich outlook) .{1,60}$", "Outlook für iOS beziehen"),
    _rule(
        r"envoyé (?:depuis|de|à partir de|avec) .{1,60}$", "Envoyé de mon iPhone", "Envoyé depuis mon appareil Galaxy"
    ),
    _rule(
        r"(?:inviato|scritto) (?:da|dal|con|tramite) .{1,60}$",
        "Inviato da iPhone",
        "Inviato dal mio dispositivo Galaxy",
    ),
    _rule(r"enviado (?:desde|con|a través de|do meu) .{1,60}$", "Enviado desde mi Galaxy", "Enviado desde mi iPhone"),
    _rule(r"(?:verzonden|verstuurd) (?:vanaf|met|via|vanuit) .{1,60}$", "Verstuurd vanaf mijn iPhone"),
    _rule(r"wysłan[eoa] z .{1,60}$", "Wysłane z iPhone'a"),
    _rule(r"skickat från .{1,60}$", "Skickat från min iPhone"),
    _rule(r".{1,40}(?:'?(?:dan|den|tan|ten|ımdan|umdan)) gönderildi\.?$", "iPhone'umdan gönderildi"),
    _rule(r"(?:iphone|ipad|android).{0,20}(?:から送信|より送信)$", "iPhoneから送信"),
    _rule(r"(?:发自|發自|来自)(?:我的|網易|网易).{1,40}$", "发自我的iPhone"),
)

# The words a person closes with. What follows on the line may be a name or a place.
CLOSINGS: tuple[LineRule, ...] = (
    _rule(
        r"(?:mit )?(?:(?:den )?(?:best(?:en|e)|freundliche[nmr]?|herzliche[nmr]?|liebe[nr]?|schöne[nr]?"
        r"|viele[nr]?|sonnige|kollegiale[nr]?"
        r"|bibliophilen|vorzüglicher|hochachtungsvolle[nr]?) )+(?:grü(?:ß|ss)en?|gruß|gruss|hochachtung)\b.{0,40}$",
        "Mit freundlichen Grüßen",
        "Viele Grüße",
        "Herzliche Grüße aus Selb",
        "Mit vorzüglicher Hochachtung",
    ),
    _rule(
        r"(?:grü(?:ß|ss)e|gruß|gruss|mfg|lg|vg|bg|hg|hochachtungsvoll|(?:danke|dank) (?:&|und|u\.) (?:gruß"
        r"|grüße))\b.{0,40}$",
        "Gruß",
        "LG Nadine Krüger",
        "VG, Tobias",
        "Danke & Gruß",
    ),
    _rule(
        r"(?:(?:(?:with |many |my )?(?:kind(?:est)?|best|warm(?:est)?|many)\b(?: personal)? )?(?:regards|wishes"
        r"|rgds)|best|cheers"
        r"|yours (?:sincerely|faithfully|truly)|sincerely|respectfully|all the best|brgds|br|ta)\b[\s,.!]{0,3}.{0,30}$",
        "Kind regards",
        "Best,",
        "Cheers,",
        "Yours faithfully,",
        "Rgds",
        "Best wishes,",
    ),
    _rule(
        r"(?:many |thanks and |with )?(?:thanks|thank you|thx)(?: (?:so much|ever so much|again|in advance|and"
        r" (?:kind|best) regards))?"
        r"[\s,.!]{0,3}(?:[A-Z][\w'.-]{1,20})?$",
        "Thanks, Lena",
        "Many thanks,",
        "Thanks ever so much",
    ),
    _rule(
        r"(?:(?:bien |très )?(?:cordialement|sincèrement|amicalement)|cdlt|cdt|salutations|bonne (?:journée"
        r"|soirée|réception)"
        r"|(?:veuillez agréer|je vous prie d).{0,90}salutations.{0,30})\b.{0,40}$",
        "Cordialement,",
        "Cdlt",
        "Bonne journée",
        "Veuillez agréer, Madame, Monsieur, nos salutations distinguées.",
    ),
    _rule(
        r"merci(?: (?:d'avance|beaucoup|encore|de votre compréhension|pour votre aide|par"
        r" avance))*\s?[,.!]{0,2}(?: pour votre aide,)?$",
        "Merci d'avance pour votre aide,",
        "Merci !",
        "Merci de votre compréhension,",
    ),
    _rule(
        r"(?:(?:cordiali|distinti|cari|migliori) saluti|saluti|cordialmente|un saluto|buon lavoro|.{0,40}porgo"
        r" (?:cordiali|distinti) saluti)"
        r"\b.{0,30}$",
        "Cordiali saluti",
        "Distinti saluti",
        "Saluti",
    ),
    _rule(
        r"grazie(?: (?:mille|ancora|e buon lavoro|mille e buon lavoro|in anticipo))*[\s,.!]{0,3}(?:[A-Z]\w{1,20})?$",
        "Grazie ancora!",
        "Grazie, Bianchi",
        "Grazie mille e buon lavoro",
    ),
    _rule(
        r"(?:(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|reciba un .{0,30}saludo|atte)\b.{0,30}$",
        "Un saludo,",
        "Saludos cordiales",
        "Atentamente,",
    ),
    _rule(r"(?:muchas )?gracias(?: (?:de antemano|por todo|por su ayuda))?[\s,.!]{0,3}$", "Gracias", "Gracias,"),
    _rule(
        r"(?:met )?(?:(?:vriendelijke|hartelijke) )?(?:groet(?:en|jes)?|mvg)\b.{0,40}$",
        "Met vriendelijke groet,",
        "Groetjes,",
        "Groet, Sanne",
    ),
    _rule(
        r"(?:z poważaniem|(?:z )?pozdrawiam(?: serdecznie)?|pozdrowienia|z wyrazami szacunku)\b.{0,30}$",
        "Pozdrawiam serdecznie",
        "Z poważaniem",
    ),
    _rule(
        r"(?:(?:med )?(?:vänliga?|bästa|hjärtliga) hälsning(?:ar)?|hälsningar|mvh|vänligen"
        r"|/[A-ZÅÄÖ]\w{1,20})\b.{0,30}$",
        "Vänliga hälsningar",
        "/Björn",
    ),
    _rule(
        r"(?:saygılarım(?:la|ızla)|iyi (?:çalışmalar|günler)|teşekkürler|selamlar)\b.{0,30}$",
        "Saygılarımla,",
        "İyi çalışmalar",
    ),
    _rule(
        r"(?:(?:何卒)?(?:どうぞ)?(?:よろしく|宜しく)(?:お願い).{0,20}|敬具|以上)$",
        "よろしくお願いいたします。",
        "何卒よろしくお願いいたします。",
    ),
    _rule(r"(?:谢谢|謝謝|此致|敬礼|祝好|顺祝商祺|顺颂商祺).{0,10}$", "谢谢", "此致敬礼"),
)

# The first words of small print that stands below a mail whatever it says.
DISCLAIMERS: tuple[LineRule, ...] = (
    _rule(
        r"(?:(?:this|the) (?:e-?mail|message|communication)|if you (?:have received|are not the intended)"
        r"|confidential(?:ity)? notice"
        r"|disclaimer|please consider the environment|think before you print).{0,2000}",
        "This email and any attachments are confidential and intended solely for the addressee.",
    ),
    _rule(
        r"(?:diese (?:e-?mail|nachricht) (?:enthält|ist|kann|und)|der inhalt dieser e-?mail|wenn sie nicht der"
        r" (?:richtige|beabsichtigte)"
        r"|haftungsausschluss|vertraulichkeitshinweis|bitte (?:denken|prüfen) sie .{0,40}(?:umwelt|drucken)"
        r"|(?:denk|bitte).{0,20}umwelt).{0,2000}",
        "Diese E-Mail enthält vertrauliche Informationen.",
    ),
    _rule(
        r"(?:ce (?:message|courriel|mail)\b.{0,60}(?:confidentiel|destin)).{0,2000}",
        "Ce message est confidentiel. Si vous n'en êtes pas le destinataire, merci de le détruire.",
    ),
    _rule(
        r"(?:(?:questo messaggio|la presente|le informazioni contenute|ai sensi del|informativa|avviso di riservatezza)"
        r".{0,200}(?:riservat|privacy|2016/679|confidenzial|destinatar)).{0,2000}",
        "Ai sensi del Regolamento UE 2016/679 le informazioni contenute sono riservate.",
    ),
    _rule(
        r"(?:este (?:mensaje|correo)|la información contenida|aviso legal).{0,200}(?:confidencial|destinatario"
        r"|legal).{0,2000}",
        "Este mensaje es confidencial y va dirigido a su destinatario.",
    ),
    _rule(
        r"(?:dit (?:bericht|e-?mailbericht)|deze e-?mail|de informatie in).{0,200}(?:vertrouwelijk"
        r"|geadresseerde|bestemd).{0,2000}",
        "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.",
    ),
    _rule(
        r"(?:ta wiadomość|niniejsza wiadomość|treść tej wiadomości).{0,200}(?:poufn|adresat).{0,2000}",
        "Niniejsza wiadomość jest poufna i przeznaczona dla adresata.",
    ),
    _rule(
        r"(?:detta (?:mejl|meddelande|e-?post)).{0,200}(?:konfidentiell|mottagare|avsett).{0,2000}",
        "Detta meddelande är konfidentiellt.",
    ),
    _rule(r"(?:bu (?:e-?posta|mesaj|ileti)).{0,200}(?:gizli|alıcı).{0,2000}", "Bu e-posta gizli bilgiler içerebilir."),
    _rule(
        r"(?:このメール|本メール|本電子メール).{0,200}(?:機密|宛先|秘密).{0,2000}",
        "このメールには機密情報が含まれています。",
    ),
    _rule(r"(?:本邮件|此邮件|本郵件).{0,200}(?:保密|机密|收件人).{0,2000}", "本邮件及其附件含有保密信息。"),
)

SIGNATURE_DELIMITER = re.compile(r"\s*(?:--|—|––)\s?$|\s*_{3,}\s*$")
POSTSCRIPT = re.compile(
    r"(?:p\.?\s?s\.?|pps|nb|n\.b\.|nachtrag|post ?scriptum|edit|anbei|anlagen?|attachment|追伸)\b\s?[:.)]?",
    re.IGNORECASE,
)
