"""Lines that a telephone, a mail program, a virus scanner or a mailing list adds below a letter, in any language.

"Sent via DHL" is a seller's own line, so a footer must name a device, a mail program or "my" before it counts.
"""

import re

from ingest.read.reply_rules import LineRule, join_rules, rule

_DEVICE = (
    r"(?:iphones?|ipads?|ipods?|android|galaxy|samsung|huawei|xiaomi|redmi|oneplus|pixel|nokia|xperia|htc|motorola|oppo"
    r"|realme|honor|blackberry|alcatel|windows|mac(?:book)?|outlook|mailbox|e-?mail|gmail|yahoo|aol|gmx|web\.de"
    r"|t-online"
    r"|telekom|proton ?mail|proton|tutanota|tuta|airmail|spark|blue ?mail|typeapp|type mail|k-9|thunderbird|aquamail"
    r"|nine"
    r"|newton|zoho|posteo|mobil\w{0,12}|mobiele|smartphone|smartfon\w{0,3}|handy|telefon\w{0,6}|téléphone|teléfono"
    r"|móvil"
    r"|cellulare|phone|cell|cellphone|tablet|tableta|dispositivo|appareil|toestel|enhet|device|gerät"
    r"|urządzeni\w{1,3}|surface"
    r"|webmail|sfr|libero|virgilio|tiscali|onet|interia|telefoon|celular|(?:l[’']application|app) mail|mail orange"
    r"|spike|canary|edison mail|mail (?:for|für|pour|per|para|voor|dla|för)|ios"
    r"|mail\.ru|yandex|hotmail|live|messagerie|posta|superhuman|front|missive|em client|foxmail|qq邮箱|fairemail)"
)
_OWN = r"(?:my|meine[mr]?|mon|ma|mi|mio|mia|mijn|mojego|mojej|min|mitt|meu|minha|moje(?:go|j)?|mit)"
_PLACE = (
    r"(?:warehouse|lager|entrepôt|magazzino|almacén|magazijn|magazyn\w?|shop|store|office|büro|konto|account|adresse?"
    r"|supplier|lieferant\w{0,2}|fulfil\w{1,8}|haus|werk|country|city|seller|mailing|desk|royal mail|post)"
)
_WHAT = (
    rf"(?!.{{0,60}}\b{_PLACE}\b)(?:.{{0,40}}(?<![^\W_]){_DEVICE}(?![^\W\d_]).{{0,60}}"
    rf"|{_OWN} (?!.{{0,40}}\d{{5}})[^,;:]{{2,40}})"
)

PHONE_FOOTERS: tuple[LineRule, ...] = (
    rule(
        rf"(?:sent|written|typed|dictated) (?:from|with|via|using|by|on) {_WHAT}\Z",
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Sent with Proton Mail secure email.",
        "Sent from my TI-85",
        "Sent from my HTC M8 Android phone. Please excuse typos",
    ),
    rule(
        rf"(?:[^\W\d]\w{{1,20}} )?(?:from|via) (?:{_OWN} )?{_DEVICE}(?: \w{{1,8}})?\Z",
        "From my iPhone 6",
        "Jan from mobile",
    ),
    rule(
        r"(?:get|download|try) (?:outlook|bluemail|the .{1,30}app|yahoo mail|k-9 mail|typeapp|spark"
        r"|proton mail)\b.{0,60}\Z",
        "Get Outlook for iOS",
        "Get BlueMail for Android",
    ),
    rule(
        rf"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:(?:von|mit|aus|über|per|via) |gesendet (?:von|mit) ){_WHAT}"
        r" (?:gesendet|verschickt|geschickt|verfasst|geschrieben|versendet)\.?(?: \w.{0,60})?\Z",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Von Samsung-Mobilgerät gesendet",
    ),
    rule(
        rf"(?:unterwegs )?mobil gesendet\.?\Z|(?:gesendet|verschickt|versendet|geschrieben|gesandt) (?:von|mit|aus"
        rf"|über|vom) {_WHAT}\Z",
        "Gesendet von Mail für Windows",
        "Gesendet mit der Telekom Mail App",
        "Gesendet von Outlook für Android",
        "Gesendet mit der mobilen Mail App",
    ),
    rule(
        r"(?:outlook für (?:ios|android)|holen sie sich outlook|laden sie outlook|yahoo mail: )\b.{0,60}\Z"
        r"|outlook für (?:ios|android|mac)\Z|yahoo mail[:–-].{3,60}\Z",
        "Outlook für iOS beziehen",
        "Outlook für Android herunterladen",
        "Yahoo Mail: Suchen, organisieren, erobern",
    ),
    rule(
        rf"(?:envoyée?|écrit|rédigé) (?:depuis|de|à partir d[eu']|avec|via|par) ?{_WHAT}\Z",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon appareil Galaxy",
        "Envoyé à partir de Outlook pour Android",
        "Envoyé avec la messagerie sécurisée Proton Mail.",
    ),
    rule(
        rf"(?:inviat[oa]|invié|scritt[oa]|spedit[oa]) (?:da|dal|dalla|dall[’']|con|tramite|utilizzando"
        rf"|con l') ?{_WHAT}\Z",
        "Inviato da iPhone",
        "Inviato dal mio dispositivo Galaxy",
        "Inviato da Outlook per Android",
    ),
    rule(
        rf"(?:enviad[oa]|escrito) (?:desde|con|a través de|do|da|de|a partir d[oe]|via|pelo|por|com) {_WHAT}\Z",
        "Enviado desde mi Galaxy",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Enviado desde Outlook para Android",
    ),
    rule(
        rf"(?:verzonden|verstuurd|gestuurd) (?:vanaf|met|via|vanuit|van) {_WHAT}\Z",
        "Verstuurd vanaf mijn iPhone",
        "Verzonden vanuit Outlook voor Android",
        "Verzonden met BlackBerry Work",
    ),
    rule(
        rf"(?:wysłan[eoay]|wysłano|napisan[eoa]) (?:z|ze|za pomocą|przez) {_WHAT}\Z",
        "Wysłane z iPhone'a",
        "Wysłane z telefonu Galaxy",
        "Wysłano z programu Outlook dla systemu Android",
    ),
    rule(
        rf"(?:skickat|skickades|sänt|skrivet|sendt|lähetetty) (?:från|med|via|fra) {_WHAT}\Z",
        "Skickat från min iPhone",
        "Skickat från Outlook för Android",
        "Sendt fra min iPad",
    ),
    rule(
        r"lähetetty .{0,20}iphone\w{0,6}\Z|odesláno z .{0,20}(?:iphon|telefon|android|samsung)\w{0,6}\Z",
        "Odesláno z iPhonu",
    ),
    rule(
        rf".{{0,60}}{_DEVICE}.{{0,50}}?(?:dan|den|tan|ten|ımdan|umdan|imden|ümden|ndan|nden) (?:gönderildi"
        rf"|gönderilmiştir)\.?\Z",
        "iPhone'umdan gönderildi",
        "Samsung Galaxy akıllı telefonumdan gönderildi.",
        "Android için Outlook'tan gönderildi",
        needs=("gönderil",),
    ),
    rule(
        r"(?:obtenir|télécharger|téléchargez|ottieni|scarica|obtener|obtén|descargar|obter(?: o)?|hämta|skaffa"
        r"|download|hent"
        r"|pobierz(?: aplikację)?|krijg|haal) outlook .{1,40}\Z|outlook voor (?:ios|android) (?:downloaden|ophalen)\Z"
        r"|.{1,12} için outlook['’]?u (?:edinin|alın|indirin)\Z|outlook for \w{2,10} を(?:入手|取得).{0,6}\Z"
        r"|(?:获取|取得|下载) ?(?:适用于 \w{2,8} 的 )?outlook.{0,20}\Z",
        "Télécharger Outlook pour Android",
        "Ottieni Outlook per iOS",
        "iOS için Outlook'u edinin",
        "Outlook for iOS を入手する",
        "获取 Outlook for iOS",
    ),
    rule(
        r"(?:私の|マイ)?.{0,4}(?:iphone|ipad|android|galaxy|xperia|windows|outlook|yahoo|スマートフォン|スマホ|携帯).{0,30}"
        r"(?:から|より|で)の?(?:送信|送付)(?:されました|しています)?。?\Z",
        "iPhoneから送信",
        "Outlook for iOSから送信",
        "Windows 版のメールから送信",
    ),
    rule(
        r"(?:发自|發自|发送自|發送自|傳送自|来自)\s?(?:我的|網易|网易|outlook|windows|新浪|qq|邮箱|foxmail|华为|iphone|android"
        r"|yahoo).{0,40}\Z|(?:[从從]|通过|透過)\s?(?:我的|outlook|windows|qq).{1,30}(?:发送|發送|傳送|传送)\Z"
        r"|签名由.{0,10}网易邮箱大师.{0,6}定制\Z|.{0,6}网易邮箱大师\Z",
        "发自我的iPhone",
        "從我的 iPhone 傳送",
        "来自 Outlook for iOS",
        "签名由 网易邮箱大师 定制",
    ),
    rule(
        r"отправлено (?:с|из|через) .{2,50}\Z|trimis de pe .{2,40}\Z|أُرسلت من.{2,40}\Z|надіслано з .{2,50}\Z"
        r"|나의 .{1,20}에서 보냄\Z|az? .{0,10}iphone.{0,8} küldve\Z",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
    ),
)

# Below all that a person wrote: a scanner's, a free mailer's or a list's words.
ADDED_FOOTERS: tuple[LineRule, ...] = (
    rule(
        r"(?:virenfrei|virus-?free|sans virus|garanti sans virus|senza virus|privo di virus|libre de virus|virusvrij"
        r"|wolne od wirusów|virusfri|virüs bulunmuyor|virüssüz|livre de vírus|不含病毒|无病毒|ウイルス ?フリー)"
        r"[.。]?(?: ?[<(\[]?(?:https?://)?(?:www\.)?(?:avast|avg|eset|norton|kaspersky|mcafee|s-ipmplus)\b.{0,80})?\Z",
        "Virenfrei.www.avast.com",
        "Virus-free. www.avg.com",
        "Sans virus.www.avast.com",
    ),
    rule(
        r"(?=.{0,250}(?:avast|avg\b|eset\b|norton|kaspersky|mcafee|sophos|bitdefender|symantec|mimecast|clamav|g data"
        r"|アバスト|mailscanner|messagelabs|forcepoint|barracuda))"
        r"(?=.{0,300}(?:vir[uüi]|scanned|geprüft|analyzed|analizzat|analizado|gecontroleerd|スキャン|病毒|spam))"
        r"(?:this|the|diese|dieses|cet(?:te)?|l['’]absence|questo|questa|el|este|deze|dit|ta|niniejsza|wiadomość"
        r"|detta|denna|bu"
        r"|esta|checked|scanned|このe?メール|本邮件|no virus|-*virus|keine viren|outgoing|incoming|email)\b.{0,300}",
        "Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.",
        "This email has been checked for viruses by Avast antivirus software.",
        "Cet e-mail a été vérifié par le logiciel antivirus d'Avast.",
        "El software de antivirus Avast ha analizado este correo electrónico en busca de virus.",
        "Deze e-mail is gecontroleerd op virussen door Avast antivirussoftware.",
        needs=(
            *("avast", "avg", "eset", "norton", "kaspersky", "mcafee", "sophos", "bitdefender", "symantec", "mimecast"),
            *("clamav", "g data", "アバスト", "mailscanner", "messagelabs", "forcepoint", "barracuda"),
        ),
    ),
    rule(
        r".{1,80} mailing[- ]?list[e]?\Z|(?:to unsubscribe|unsubscribe from|to stop receiving|manage your (?:email )?"
        r"(?:subscription|preferences)|you (?:received|are receiving) this (?:message|e-?mail|because)|sie (?:erhalten|"
        r"bekommen) diese (?:e-?mail|nachricht),? (?:weil|da)|um sich (?:von .{2,40} )?abzumelden|abmelden:"
        r"|vous recevez ce"
        r" (?:message|mail|courriel) (?:car|parce)|pour (?:vous désabonner|se désinscrire)|ricevi questo"
        r"|per cancellarti"
        r"|para darse de baja|recibes este (?:mensaje|correo)|je ontvangt dit|afmelden|aby zrezygnować|otrzymujesz tę"
        r"|reply to this email directly|view it on github|to view this discussion|---? ?you received)\b.{0,300}",
        'You received this message because you are subscribed to the Google Groups "sellers" group.',
        "shop-sellers mailing list",
        "To unsubscribe from this group, send an email to sellers+unsubscribe@lists.example",
    ),
)

_PHONE_FOOTER = join_rules(PHONE_FOOTERS)
_ADDED_FOOTER = join_rules(ADDED_FOOTERS)
_LINK_TARGET = re.compile(r"\s?[<(\[]{0,2}https?://\S{1,300}|\s?<mailto:\S{1,200}>")
_DRESS = " <>()[]{}*_|~\"'“”„«».-–—·"


def is_phone_footer(line: str) -> bool:
    """Whether a bare line is a telephone's or program's, in brackets, bold, as a link or with the program's address."""
    if not 5 <= len(line) <= 220:
        return False
    plain = " ".join(_LINK_TARGET.sub("", line).translate(_NO_BRACKETS).split()).strip(_DRESS)
    return 4 <= len(plain) <= 140 and _PHONE_FOOTER.match(plain) is not None


_NO_BRACKETS = dict.fromkeys(map(ord, "[]<>()*_"))


def is_added_footer(line: str) -> bool:
    """Whether a bare line is what a virus scanner or a mailing list added."""
    return _ADDED_FOOTER.match(line.strip(_DRESS)) is not None
