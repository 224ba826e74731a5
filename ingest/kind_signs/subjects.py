"""Subjects of automatic answers by language: whole beginnings, so that words about such answers are a person's.

"Automatische Antwort: Retoure" is Outlook's; "Automatische Antwort einrichten" and "Re: Out of office" are a person's.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The beginning of a subject in one language. After `noun` the subject must end, or a mark or prefix follow."""

    language: str
    noun: str
    sentence: str
    found: tuple[str, ...]
    not_found: tuple[str, ...] = ()


FORMS = (
    Form(
        language="en",
        noun=r"auto(?:matic|mated|mat)?[ -]?(?:reply|response|answer|respond(?:er)?"
        r"|acknowledge?ment)(?: from [^:\n]{1,60})?|out[ -]of[ -](?:the )?office(?: auto-?reply| (?:reply"
        r"|message|notification|response))?|ooo|on vacation|on (?:annual |maternity |parental )?leave"
        r"|vacation(?: (?:reply|response|message|notice|auto-?reply))?|away(?: (?:message|from (?:the office"
        r"|my mail)))?|absence (?:notice|notification)|holiday (?:message|auto-?reply)"
        r"|acknowledge?ment of receipt|(?:new )?(?:support )?(?:ticket|request|case) (?:received|created|opened"
        r"|confirmation)|(?:e-?mail|message|enquiry|inquiry) received",
        sentence=r"(?:i am|i['’]m|we are|[\w. -]{2,60} is) (?:currently )?(?:out of (?:the )?office|on (?:vacation"
        r"|holiday|leave)|away from)|\[(?:request|ticket|case|message) received\]|[\[(]?(?:(?:ticket|case"
        r"|request|enquiry|inquiry)\b[ :#]{0,3}|#)[\w-]{0,30}[\])]?:? (?:has been )?(?:received|created"
        r"|opened)\Z|your (?:\w+ )?(?:request|ticket|message|e-?mail|enquiry|inquiry"
        r"|case)(?: [\[(]?#?[\w-]{1,30}[\])]?)? (?:has been|was) (?:received|created|registered|opened"
        r"|logged)|(?:we|we['’]ve) (?:have )?(?:received|got) your (?:request|message|e-?mail|enquiry"
        r"|inquiry|ticket)\b\W{0,3}(?:\Z|[\[(#])|thank(?:s| you) for (?:contacting|reaching out to"
        r"|getting in touch with|your (?:e-?mail|message|enquiry|inquiry))\b",
        found=(
            "Automatic reply: your case",
            "Out of Office AutoReply: Re: invoice",
            "[Ticket #4711] received",
            "Ticket Received - Lost parcel",
            "[Request received] Lost parcel",
            "I am out of the office until 5 December",
            "Your request (4711) has been received",
            "Vacation reply",
            "Thank you for contacting Shop Example",
        ),
        not_found=(
            "Automatic reply settings do not work",
            "Question about automatic reply",
            "Out of office hours delivery",
            "Refund received",
            "Your message was not clear",
            "We have received your request for documents and object",
        ),
    ),
    Form(
        language="de",
        noun=r"auto(?:matische|mat\.)?[ -]?antwort(?: von [^:\n]{1,60})?|automatische (?:abwesenheits|rück|empfangs"
        r"|eingangs)[\w-]{1,20}|abwesenheits(?:notiz|nachricht|meldung|assistent|mitteilung|info(?:rmation)?"
        r"|benachrichtigung|agent)|abwesenheit|abwesend|außer haus|ausser haus|(?:ich bin )?nicht im (?:büro"
        r"|haus|hause)|(?:ich bin )?im urlaub|urlaubs(?:notiz|meldung|nachricht|vertretung)|betriebs(?:ferien"
        r"|urlaub)|(?:e-?mail-)?eingangsbestätigung|empfangsbestätigung|lesebestätigung|automatische e?-?mail",
        sentence=r"(?:ich bin|wir sind) (?:[^:?\n]{0,40})(?:nicht im büro|im urlaub|abwesend|außer haus)"
        r"|eingangsbestätigung (?:ihrer|deiner|zu ihrer|für ihre) (?:anfrage|e-?mail|nachricht|mail"
        r"|mitteilung)|(?:ihre?|deine?) (?:anfrage|nachricht|e-?mail|ticket"
        r"|support-?anfrage)[^:?\n]{0,40} (?:ist (?:bei uns )?eingegangen|wurde (?:erstellt|empfangen"
        r"|registriert|erfasst))|wir haben (?:ihre|deine) (?:anfrage|nachricht|e-?mail) erhalten"
        r"|(?:vielen dank|danke) für (?:ihre|deine) (?:anfrage|nachricht|e-?mail"
        r"|kontaktaufnahme)\W{0,3}(?:\Z|[\[(#])|\[?ticket[ #:\w-]{0,30}\]? (?:wurde erstellt"
        r"|ist eingegangen|eröffnet)",
        found=(
            "Automatische Antwort: [CP-8815379867] Angebot",
            "Abwesenheitsnotiz: Re: Feed",
            "Abwesenheitsnotiz",
            "Eingangsbestätigung Ihrer Anfrage",
            "Ich bin bis 5.12. im Urlaub Re: Rechnung",
            "Ihre Anfrage #4711 ist bei uns eingegangen",
            "Lesebestätigung: Retoure",
        ),
        not_found=(
            "Automatische Antwort einrichten",
            "Automatischer Preis",
            "Eingangsbestätigung fehlt",
            "Im Urlaub keine Bestellungen möglich",
            "Betriebsferien eintragen",
        ),
    ),
    Form(
        language="fr",
        noun=r"réponse (?:automatique|auto)|reponse automatique|absence(?: du bureau| temporaire)?"
        r"|absent(?:e)?(?: du bureau)?|message d['’ ]absence|(?:avis|notification) d['’]absence|hors du bureau"
        r"|en (?:congés?|vacances)|accusé de réception(?: de votre (?:message|demande|courriel|mail))?"
        r"|accusé de lecture",
        sentence=r"je suis (?:absent|en (?:congé|vacances)|hors du bureau)|votre (?:demande|message|ticket"
        r"|e-?mail)[^:?\n]{0,40} (?:a (?:bien )?été (?:reçu|enregistré|créé)e?|est bien arrivé)"
        r"|nous avons bien reçu votre (?:message|demande|e-?mail|courriel)|merci (?:de"
        r"|pour) (?:nous avoir contacté|votre message\Z)",
        found=(
            "Réponse automatique : frais prélevés",
            "Absent du bureau : retour",
            "Votre demande n°4711 a bien été reçue",
        ),
        not_found=("Absence de paiement", "Réponse automatique incorrecte", "Accusé de réception du colis manquant"),
    ),
    Form(
        language="it",
        noun=r"risposta automatica(?: da [^:\n]{1,60})?|fuori (?:sede|ufficio)|assente(?: dall['’]ufficio)?"
        r"|(?:messaggio|avviso|notifica) di assenza|in ferie|conferma di (?:ricezione|ricevimento|lettura)",
        sentence=r"sono (?:fuori (?:sede|ufficio)|in ferie|assente)|(?:la (?:tua|sua|vostra) (?:richiesta|mail"
        r"|e-?mail)|il (?:tuo|suo|vostro) (?:messaggio|ticket))[^:?\n]{0,40} (?:è stat[oa] (?:ricevut|cre"
        r"|registrat|apert)|è arrivat)|abbiamo ricevuto (?:la|il) (?:tua|sua|vostra|tuo|suo"
        r"|vostro) (?:richiesta|messaggio|e-?mail)",
        found=("Risposta automatica: ordine", "Fuori sede: Re: reso", "Abbiamo ricevuto la tua richiesta"),
        not_found=("Risposta automatica sbagliata del venditore", "Assente nel magazzino articolo"),
    ),
    Form(
        language="es",
        noun=r"(?:respuesta|contestaci[oó]n) autom[aá]tica|fuera de (?:la )?oficina|ausente(?: de la oficina)?"
        r"|ausencia|(?:mensaje|aviso|notificación) de ausencia|de vacaciones|acuse de recibo"
        r"|confirmación de (?:recepción|lectura)|auto-?respuesta",
        sentence=r"estoy (?:fuera de (?:la )?oficina|de vacaciones|ausente)|(?:tu|su) (?:solicitud|consulta|mensaje"
        r"|ticket|correo)[^:?\n]{0,40} (?:ha sido|fue) (?:recibid|registrad|cread)[oa]|hemos recibido (?:tu"
        r"|su) (?:solicitud|consulta|mensaje|correo)",
        found=("Respuesta automática: pedido", "Fuera de la oficina: Re: factura", "Hemos recibido su solicitud"),
        not_found=("Ausencia de pago del pedido", "Respuesta automática incorrecta"),
    ),
    Form(
        language="nl",
        noun=r"automatisch (?:antwoord|bericht|gegenereerd antwoord)|automatische (?:beantwoording|reactie)"
        r"|afwezig(?:heid)?(?:s?bericht|smelding|sassistent)?|niet aanwezig|buiten kantoor|op vakantie"
        r"|met vakantie|ontvangst ?bevestiging|leesbevestiging",
        sentence=r"ik ben (?:[^:?\n]{0,30})(?:afwezig|niet op kantoor|op vakantie|met vakantie)|(?:je|uw"
        r"|jouw) (?:aanvraag|bericht|vraag|ticket|e-?mail)[^:?\n]{0,40} is (?:ontvangen|aangemaakt"
        r"|geregistreerd|in goede orde)|(?:we|wij) hebben (?:je|uw|jouw) (?:bericht|aanvraag|vraag"
        r"|e-?mail)(?: in goede orde)? ontvangen",
        found=(
            "Automatisch antwoord: bestelling",
            "Ontvangstbevestiging [Ticket#1]",
            "Wij hebben uw bericht ontvangen",
        ),
        not_found=("Ontvangstbevestiging ontbreekt", "Automatisch antwoord instellen"),
    ),
    Form(
        language="pl",
        noun=r"(?:odpowiedź|odpowiedz) automatyczna|automatyczna (?:odpowiedź|odpowiedz)|autoodpowiedź"
        r"|(?:jestem )?poza biurem|nieobecność|nieobecny|(?:powiadomienie|informacja) o nieobecności|na urlopie"
        r"|potwierdzenie (?:otrzymania|odbioru|przyjęcia|odczytania)(?: (?:wiadomości|zgłoszenia))?",
        sentence=r"(?:jestem|przebywam) (?:nieobecn|poza biurem|na urlopie)|(?:twoje"
        r"|państwa) zgłoszenie[^:?\n]{0,40} zostało (?:przyjęte|zarejestrowane|utworzone)"
        r"|otrzymaliśmy (?:twoj[eą]|państwa) (?:zgłoszenie|wiadomość)",
        found=("Odpowiedź automatyczna: zamówienie", "Poza biurem: zwrot", "Otrzymaliśmy Twoje zgłoszenie"),
        not_found=("Nieobecność produktu w ofercie", "Potwierdzenie odbioru paczki nie doszło"),
    ),
    Form(
        language="sv",
        noun=r"auto(?:matiskt )?[ -]?svar|frånvaro(?:meddelande|besked)?|frånvarande|inte på kontoret|på semester"
        r"|mottagningsbekräftelse|läsbekräftelse|automatiskt meddelande|automaattinen vastaus|automatisk svar|fravær",
        sentence=r"jag är (?:[^:?\n]{0,30})(?:inte på kontoret|på semester|frånvarande|föräldraledig)|ditt (?:ärende"
        r"|meddelande)[^:?\n]{0,40} (?:har mottagits|är mottaget|har registrerats|har skapats)"
        r"|vi har (?:mottagit|tagit emot|fått) ditt (?:ärende|meddelande|mejl)",
        found=("Autosvar: order", "Automatiskt svar: retur", "Vi har tagit emot ditt ärende"),
        not_found=("Frånvaro av betalning", "Autosvar fungerar inte"),
    ),
    Form(
        language="tr",
        noun=r"otomatik (?:yanıt|cevap|yanit)|ofis dışında(?:yım)?|(?:iş ?yeri|ofis) dışı|izinde(?:yim)?"
        r"|tatilde(?:yim)?|okundu bilgisi|alındı (?:bildirimi|onayı)",
        sentence=r"(?:talebiniz|mesajınız|e-?postanız|başvurunuz)[^:?\n]{0,40} (?:alındı|alınmıştır|oluşturuldu"
        r"|tarafımıza ulaştı)|(?:talebinizi|mesajınızı|e-?postanızı) aldık",
        found=("Otomatik yanıt: sipariş", "Ofis dışındayım: iade", "Talebiniz alınmıştır [#4711]"),
        not_found=("Otomatik yanıt çalışmıyor", "İzinde sorun var"),
    ),
    Form(
        language="ja",
        noun=r"自動(?:応答|返信|送信)(?:メール|メッセージ)?|【自動(?:返信|応答|送信|配信)】|不在のお知らせ"
        r"|不在(?:応答|返信)|休暇(?:中|のお知らせ|連絡)|【?受付(?:完了|確認)】?|開封(?:済み|確認)|(?:夏季|冬季"
        r"|年末年始)休業のお知らせ",
        sentence=r"【自動(?:返信|応答|送信|配信)】|(?:お問い?合わ?せ|メール|ご連絡)(?:を受け付け|を受付"
        r"|ありがとうございま)|(?:お問い?合わ?せ)?受付(?:完了)?のお知らせ",
        found=("自動応答: 注文", "【自動返信】お問い合わせありがとうございます", "お問い合わせを受け付けました"),
        not_found=("自動返信の設定について", "不在通知が届きました"),
    ),
    Form(
        language="zh",
        noun=r"[\[【(（]?(?:自动|自動)(?:回复|答复|回覆|答覆|应答|回信)[\]】)）]?(?:邮件|郵件)?|外出(?:中|通知)?"
        r"|不在办公室|不在辦公室|休假(?:中|通知)|已读|已讀",
        sentence=r"[\[【(（](?:自动|自動)(?:回复|答复|回覆|答覆)[\]】)）]|(?:我们|我們)?已(?:经|經)?收到(?:您"
        r"|你)的(?:邮件|郵件|请求|請求|来信|來信|咨询|諮詢|工单)|(?:您|你)的(?:邮件|郵件|来信|工单|请求"
        r"|問題|问题|咨询)[^:?\n]{0,20}已(?:收到|创建|受理)",
        found=("自动回复: 订单", "自動回覆：退貨", "【自动回复】您好", "我们已收到您的邮件"),
        not_found=("自动回复设置问题", "外出期间的订单"),
    ),
    Form(
        language="other",
        noun=r"resposta automática|автоответ(?:чик)?|автоматический ответ|automatick[áa] odpove[ďd]"
        r"|automatická odpověď|자동 ?(?:회신|응답|답장)|automatisk svar|automaattinen vastaus|αυτόματη απάντηση"
        r"|răspuns automat|automatikus válasz|automatski odgovor|samodejni odgovor|автоматична відповідь"
        r"|trả lời tự động|fora do escritório|mimo kancelář",
        sentence=r"(?!)",
        found=("Resposta automática: pedido", "Автоответ: заказ", "자동 회신: 주문"),
        not_found=("Resposta automática errada",),
    ),
)

# What programs put in front: tags of gateways, and marks of a foreign or suspicious mail.
_TAGS = re.compile(
    r"\s*(?:[\[(](?:ext|extern|external|externe?r?|externo|externa|spam\??|spamverdacht|suspected spam|mass mail|info"
    r"|warning|sender unverified|caution)[\])]|\*{2,5}\s?(?:spam|suspected spam|external)\s?\*{2,5}|external:|ext:)\s*",
    re.IGNORECASE,
)
_AFTER_NOUN = (
    r"(?=\s{0,3}(?:[:：;|!.,\[(#«\"“„—–【]|-\s|\Z|(?:re|aw|sv|antw|odp|ynt|rif|res|fwd?|wg|tr|rv|vs|ref|回复"
    r"|返信)\s?[:：]|(?:until|till|bis|jusqu|fino|hasta|tot|do \d|t\.o\.m|vom|from|du \d|van \d)\b))"
)
_FORM = re.compile(
    "(?:" + "|".join(f"(?:(?:{one.noun}){_AFTER_NOUN}|(?:{one.sentence}))" for one in FORMS) + ")", re.IGNORECASE
)
_BRACKET = re.compile(r"\A\[[^\[\]\n]{1,40}\]\s{0,3}")
# Lotus Notes writes "AUTO: Jan Blom is out of the office (returning 5.12.)"; in German "Auto:" alone is a car.
_AUTO_PREFIX = re.compile(
    r"auto(?:matic)?\s?:\s{0,3}(?:(?:re|aw|antw|sv|rif|odp|ynt|fwd?)\s?:|\[cp-|[^:\n]{0,80}(?:out of (?:the )?office"
    r"|away from|außer haus|ausser haus|on (?:vacation|holiday|leave)|is away|nicht im büro|abwesend|im urlaub"
    r"|absent|fuori ufficio|in ferie|fuera de la oficina|de vacaciones|afwezig|niet op kantoor|poza biurem"
    r"|na urlopie|semester|izinde))",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|sv|antw|odp|ynt|rif|res|vs|r|fwd?|wg|tr|rv|i|doorst|vb|pd|ilt|enc|回复|回覆|答复|转发|轉寄|返信"
    r"|転送)(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]\s*)",
    re.IGNORECASE,
)
"""One prefix of an answer or a forward; what follows it are somebody else's words."""

FORWARD_PREFIX = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|doorst|vb|pd|ilt|enc|转发|轉寄|転送)\s?[:：]", re.IGNORECASE)


def drop_tags(subject: str) -> str:
    """A subject without the tags that gateways put in front of it."""
    for _ in range(3):
        found = _TAGS.match(subject)
        if found is None:
            break
        subject = subject[found.end() :]
    return subject.strip()


def is_automatic_subject(subject: str) -> bool:
    """Whether a decoded subject begins as automatic answers begin. "Re: Out of office" is a person's answer to one."""
    subject = drop_tags(subject[:300])
    bare = _BRACKET.sub("", subject, count=1)  # "[Support] Your request has been received"
    return any(pattern.match(one) for pattern in (_FORM, _AUTO_PREFIX) for one in (subject, bare))
