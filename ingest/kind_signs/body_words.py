"""The words of automatic answers: English, German, French, Italian, Spanish; the others are in body_words_more.py."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """Patterns of one language, and texts that are (found) or are not (not_found) automatic answers.

    `absent`: nobody is there; `closed`: the shop or office is shut for some days; `later`: what comes with it, who
    else to ask, that mail is read later; `statement`: that this is automatic; `arrived` and `soon`: the mail came in,
    and when it is answered; `personal`: what only a person says to us.
    """

    code: str
    greeting: str
    thanks: str
    absent: str
    closed: str
    later: str
    statement: str
    arrived: str
    soon: str
    personal: str = ""
    found: tuple[str, ...]
    not_found: tuple[str, ...]


MOST_LANGUAGES = (
    Language(
        code="en",
        greeting=r"hi|hello|dear|good (?:morning|afternoon|evening|day)|greetings|hey",
        thanks=r"(?:many )?thank(?:s| you)(?: very much| so much)? for (?:your (?:e-?mail|message|mail|enquiry"
        r"|inquiry|patience|interest|request|note|contact)|contacting|reaching out|getting in touch|writing"
        r"|mailing|e-?mailing)",
        absent=r"out[ -]of[ -](?:the )?office\b|away (?:from (?:the office|my (?:desk|e-?mail|computer))|until|till)"
        r"|(?:\b(?:i|we|is|am|are|be)\b[^.!?\n]{0,20}|['’](?:m|re)\b[^.!?\n]{0,20}|\A(?:currently "
        r"|presently )|\A(?=on \w+ (?:until|till|from)\b))(?:on (?:\w+ )?(?:leave|vacation|holidays?|pto"
        r"|parental leave|a business trip)\b(?= |[.,\n]|\Z)|not (?:be )?(?:in the office|at my desk"
        r"|available until))|i(?:['’]m| am) (?:at a (?:trade fair|conference)|travell?ing)"
        r"|limited (?:or no )?access to (?:my )?(?:e-?mails?|mails?|internet)|no longer (?:with|work(?:ing"
        r"|s)? (?:at|for))",
        closed=r"(?:office|shop|store|warehouse|company|team|we)\b[^.!?\n]{0,30} (?:is|are|will be|remains?) closed",
        later=r"(?:will|shall|['’]ll) (?:reply|respond|answer|get back to you|be back|return (?:your|to the office)"
        r"|read|be (?:dealt|answered|forwarded|able to (?:reply|respond)))|upon my return|(?:for"
        r"|in) (?:any )?(?:urgent|emergenc)|if (?:it['’]?s|this is|it is|your (?:\w+ )?(?:is|matter)"
        r"|you (?:need|require)) (?:\w+ ){0,3}(?:urgent|immediate|about|help|assistance)|(?:limited|no"
        r"|sporadic|occasional|intermittent) (?:or no )?access|(?:please|you can|kindly) (?:contact|call|reach"
        r"|e-?mail|write to)|will not be (?:forwarded|read)|as soon as (?:possible|i)",
        statement=r"(?:please note(?: that)?:? |note: )?this (?:is|was) an? (?:\w+ )?(?:auto(?:mated"
        r"|matic(?:ally)?)?|auto-?reply|auto-?response|system)[- ]?(?:generated |sent )?(?:reply|response"
        r"|message|e-?mail|answer|notification|acknowledge?ment|mail|confirmation)|this (?:e-?mail|message"
        r"|mail|reply)(?: \w+)? (?:was|is|has been) (?:sent |generated |created )?automatically"
        r"|automated (?:reply|response|message)(?=\s?(?:[:.!,;–-]|\n|\Z))|(?:please )?do not (?:reply"
        r"|respond) to this (?:auto|e-?mail|message|mail)|auto-?(?:reply|response)\s?[:.\n]",
        arrived=r"(?:we|i) (?:have |['’]ve )?(?:successfully )?received your (?:\w+ )?(?:e-?mail|message|request"
        r"|enquiry|inquiry|mail|ticket|question|case)\b|your (?:\w+ )?(?:e-?mail|message|request|enquiry"
        r"|inquiry|ticket|case)\b.{0,40} (?:has been|was|is) (?:\w+ )?(?:received|created|registered|logged"
        r"|assigned|opened)|(?:a|your) (?:new )?(?:support )?(?:ticket|case) (?:has been|was) (?:created"
        r"|opened)|will be (?:processed|reviewed|answered|handled) (?:by|in|as|within)",
        soon=r"(?:as soon as possible|within (?:the next )?[\w-]{1,12}(?: \(\d+\))? (?:\w+ )?(?:hours?|days?)"
        r"|shortly|in the order (?:of|in which)|get back to you|being (?:reviewed|processed)"
        r"|will be (?:reviewed|processed|answered)|ticket (?:number|id|#)|reference (?:number|id)"
        r"|case (?:number|id))",
        personal=r"\bplease (?!contact|note|be (?:aware|advised|assured)|reach|call|e-?mail|write|direct|expect"
        r"|refer|forward (?:it|your)|do not|don['’]t|allow|bear|use|visit|see our|send (?:it|an? (?:e-?mail"
        r"|message)|your)|get in touch|resend|reply (?:to|with|above)|quote|keep|include|feel|leave"
        r"|address)\w|(?:could|can|would|will) you\b(?! be (?:away|contacted))|\bi (?:need|want|would like"
        r"|have not received|attach|am attaching|still)|\battached\b|so i (?:can|could)|i can(?:not"
        r"|['’]t) (?:send|upload|ship)|but\b|i will (?:send|upload|ship|do|check|provide)",
        found=(
            "I am out of the office until 5 December.\n\nJan Blom",
            (
                "Hi,\n\nThank you for your email. I'm currently out of the office with limited access to email and"
                " will reply when I return on Monday.\n\nBest regards\nMaya"
            ),
            "Hello,\n\nthis is an automated response. We received your message.",
            (
                "Dear customer,\n\nThank you for contacting Shop Example. Your request (4711) has been received and"
                " is being reviewed by our support staff. We usually answer within 2 business days."
            ),
            "I am on annual leave from 3 to 14 August. For urgent matters please contact sales@shop.example.",
            "I'm at a trade fair until Wednesday with patchy signal. I'll get back to you after that.",
        ),
        not_found=(
            (
                "Hello,\n\nI am on holiday next week. Could you extend the deadline for"
                " 302-1234567-7654321?\n\nThanks, Tom"
            ),
            (
                "Hi,\n\nI am out of the office until Monday, so I can only send the invoice then. Please keep the"
                " case open."
            ),
            "Thank you for your message. I'm on holiday until 5 December but I attach the invoice now.",
            "Hello,\n\nmy listing was removed while I was on vacation. I need it back.",
            'Hello,\n\nI keep getting "This is an automated reply" from your support.',
            "We have received your message and we do not agree with the decision.",
            "On leave of absence forms: which one do I need?",
        ),
    ),
    Language(
        code="de",
        greeting=r"hallo|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|grüezi|grüß gott"
        r"|werte[r]?|hi",
        thanks=r"(?:vielen|herzlichen|besten|schönen)? ?dank für (?:ihre|deine|eure|die) (?:\w+ )?(?:nachricht"
        r"|e-?mail|mail|anfrage|kontaktaufnahme|mitteilung|interesse)|danke für (?:ihre|deine|eure"
        r"|die) (?:\w+ )?(?:nachricht|e-?mail|mail|anfrage)|danke, dass (?:sie|du)",
        absent=r"(?:\bich\b|\bwir\b|\bbin\b|\bsind\b|\Aderzeit|\Azurzeit|\Amomentan"
        r"|\Aaktuell)[^!?\n]{0,80}?(?:nicht (?:im (?:büro|hause?|dienst)|in der firma|am (?:arbeits)?platz"
        r"|erreichbar|anwesend|im geschäft|besetzt|zu erreichen)|außer ?haus|ausser ?haus|abwesend"
        r"|\bim (?:\w+)?urlaub\b|in (?:elternzeit|mutterschutz|urlaub)|auf (?:dienstreise|geschäftsreise"
        r"|(?:einer )?messe)|erkrankt|krank\b|nicht mehr (?:im unternehmen|für .{1,40} tätig|bei uns))"
        r"|\Abetriebs(?:ferien|urlaub)",
        closed=r"(?:büro|geschäft|betrieb|laden|shop|lager|\bwir\b)[^!?\n]{0,60}\b(?:geschlossen|betriebs(?:ferien"
        r"|urlaub))",
        later=r"(?:wieder|erst|dann|ab|nach (?:meiner|unserer)|zeitnah|umgehend"
        r"|schnellstmöglich)[^.!?\n]{0,80}(?:erreichbar|zurück|beantwort|antwort|bearbeit|melde|rückkehr"
        r"|gelesen|im büro|für (?:sie|dich) da)|in dringenden|bei dringenden|dringende[nr]? (?:fäll|anfrag"
        r"|angelegen)|(?:e-?mails?|nachrichten?|mail)[^.!?\n]{0,60}(?:nicht|weder"
        r"|automatisch) [^.!?\n]{0,30}(?:weitergeleitet|gelesen)|(?:sporadisch|unregelmäßig|eingeschränkt"
        r"|gelegentlich|selten|kaum)[^.!?\n]{0,30}(?:mail|zugriff|nachrichten|erreichbar)|wenden sie sich"
        r"|vertretung|vertritt mich|vertreten (?:mich|durch)|kontaktieren sie|rückkehr|bei (?:störungen"
        r"|notfällen|fragen)|melde mich",
        statement=r"(?:bitte beachten sie[:,]? )?(?:dies(?:e[rs]?)?|das|hierbei handelt es sich um eine"
        r"|es handelt sich um eine) (?:ist )?(?:eine? )?(?:(?:nachricht|e-?mail|mail|antwort) (?:wurde|ist"
        r"|wird) )?automati(?:sch|siert)e?[rs]?n? ?(?:\w+ ){0,3}(?:antwort|nachricht|e-?mail|mail|erstellt"
        r"|generiert|versandt|versendet|erzeugt|verschickt|gesendet|bestätigung|eingangsbestätigung"
        r"|abwesenheitsnotiz)|automatische (?:antwort|e-?mail|nachricht"
        r"|eingangsbestätigung)(?=\s?(?:[:.!,;–-]|\n|\Z))|bitte antworten sie nicht auf diese"
        r"|auf diese (?:e-?mail|nachricht) (?:bitte )?(?:nicht|können sie nicht)",
        arrived=r"(?:ihre|deine) (?:\w+ )?(?:nachricht|e-?mail|mail|anfrage"
        r"|mitteilung)[^.!?\n]{0,60}(?:ist bei uns (?:\w+ )?eingegangen|haben wir (?:\w+ )?erhalten"
        r"|wurde (?:\w+ )?(?:empfangen|registriert|erfasst|entgegengenommen)|eingegangen"
        r"|wird (?:\w+ ){0,3}bearbeitet)|wir haben (?:ihre|deine) (?:\w+ )?(?:nachricht|e-?mail|mail"
        r"|anfrage) (?:\w+ )?erhalten|(?:ein|ihr) (?:neues )?ticket[^.!?\n]{0,40}(?:erstellt|eröffnet"
        r"|angelegt)|den eingang ihrer (?:nachricht|e-?mail|anfrage)",
        soon=r"schnellstmöglich|so (?:schnell|bald) wie möglich|umgehend|in kürze|innerhalb (?:von|der nächsten)"
        r"|zeitnah|in der reihenfolge|(?:ticket|vorgangs|bearbeitungs|fall)[- ]?(?:nummer|nr|id)"
        r"|werden uns .{0,60}melden|unter der nummer",
        personal=r"\bbitte (?!wenden|kontaktieren|beachten|haben sie|richten|schreiben sie|rufen|melden|nutzen"
        r"|senden sie (?:ihre|diese)[^.!?\n]{0,60} an|um (?:etwas )?(?:geduld|verständnis)"
        r"|antworten sie nicht|sehen sie|geben sie[^.!?\n]{0,60}an|leiten sie|an[: ]|per|setzen sie sich"
        r"|sprechen sie|nicht)\w|können sie|könnten sie|würden sie|ich (?:brauche|benötige|möchte"
        r"|habe (?:noch|die|den|das)|schicke|sende|reiche)|anbei|im anhang|daher kann ich|deshalb|aber ich"
        r"|trotzdem",
        found=(
            (
                "Vielen Dank für Ihre Nachricht. Ich bin bis 27.11. nicht im Büro.\n\nMit freundlichen"
                " Grüßen\nSabine Holthaus"
            ),
            (
                "Sehr geehrte Damen und Herren,\n\nich bin bis einschließlich 27.11. nicht im Haus. In dringenden"
                " Fällen wenden Sie sich bitte an service@laden.example."
            ),
            "Moin,\n\nbin bis 27.11. im Urlaub und lese nur sporadisch Mails.\n\nTobias",
            "Guten Tag,\n\nIhre Anfrage ist bei uns eingegangen. Wir werden sie schnellstmöglich bearbeiten.",
            "Dies ist eine automatisch generierte Antwort.",
            "Liebe Kunden,\n\nunser Büro ist vom 23.12. bis 6.1. geschlossen. Ab dem 7.1. sind wir wieder für Sie da.",
        ),
        not_found=(
            "Hallo,\n\nich bin nächste Woche im Urlaub, bitte verlängern Sie die Frist bis 5.12.\n\nGruß Tom",
            "Guten Tag,\n\nwährend ich im Urlaub war, wurde mein Angebot gesperrt. Können Sie das prüfen?",
            "Vielen Dank für Ihre Nachricht. Anbei die Rechnung.",
            "Ich bin bis Montag nicht im Büro, deshalb schicke ich die Rechnung erst dann.",
            "Der Käufer war nicht erreichbar, das Paket kam zurück.",
        ),
    ),
    Language(
        code="fr",
        greeting=r"bonjour|bonsoir|cher|chère|madame|monsieur|salut|chers",
        thanks=r"(?:nous vous remercions|je vous remercie|merci(?: beaucoup)?|tous nos remerciements) (?:de"
        r"|pour) (?:votre|ton|nous avoir|m['’]avoir|l['’]intérêt)[^.!?\n]{0,10}(?:message|e-?mail|mail"
        r"|courriel|demande|contact)",
        absent=r"(?:je suis|suis|nous sommes|serai|serons)[^.!?\n]{0,50}(?:absente?s?|en (?:congés?|vacances"
        r"|déplacement|formation|arrêt)|hors (?:du|de)|indisponible)|absente?s? du bureau|congé (?:maternité"
        r"|parental)|actuellement (?:absente?|en congés?|indisponible)|je ne (?:serai|suis) pas (?:au bureau"
        r"|joignable|disponible)",
        closed=r"(?:boutique|bureaux?|magasin|entreprise|société|équipe|nous)\b[^.!?\n]{0,40}ferm[ée]e?s?\b",
        later=r"(?:à|dès|après) (?:mon|notre|ma) (?:retour|reprise)|de retour|en cas d['’]urgence"
        r"|pour toute (?:urgence|demande urgente)|(?:message|mail|courriel)s? (?:seront|sera"
        r"|ne ser\w+ pas)[^.!?\n]{0,40}(?:trait|lu|transmis)|(?:vous pouvez|veuillez|merci de) (?:contacter"
        r"|vous adresser|joindre|appeler|écrire)|(?:répondrai|répondrons|traiterai|traiterons)|accès (?:limité"
        r"|restreint)|peu accès",
        statement=r"(?:ceci|il s['’]agit|c['’]est) (?:est )?(?:une?|d['’]une?) (?:réponse|message|e-?mail|courriel"
        r"|mail) (?:automatique|généré|envoyé)|ce (?:message|mail|courriel|e-?mail) (?:est"
        r"|a été) (?:généré|envoyé|automatique|un (?:message|envoi) automatique)|(?:réponse"
        r"|message) automatique(?=\s?(?:[:.!,;–-]|\n|\Z))|(?:merci de ne pas|veuillez ne pas"
        r"|ne pas) répondre à ce|message d['’]absence",
        arrived=r"(?:nous avons|j['’]ai) bien reçu votre (?:message|demande|e-?mail|mail|courriel)|votre (?:message"
        r"|demande|e-?mail|mail|courriel|ticket)[^.!?\n]{0,40}(?:a (?:bien )?été (?:reçu|enregistré|pris"
        r"|transmis|créé)e?|nous est (?:bien )?parvenue?)|(?:accusons|accuse) (?:bonne )?réception de votre",
        soon=r"dans les (?:plus brefs|meilleurs) délais|dès que possible|sous \d|dans un délai|(?:numéro"
        r"|n°) (?:de )?(?:ticket|dossier|demande)|prochainement|reviendrons vers vous|rapidement",
        personal=r"(?:veuillez|merci de|pourriez|pouvez)(?![- ](?:vous )?(?:contacter|vous adresser|noter|écrire"
        r"|joindre|appeler|de votre|patienter|consulter|ne pas|me contacter|nous contacter|nous excuser"
        r"|trouver nos))[- ]\w|ci-joint|jointe?s?\b|je (?:voudrais|souhaite|vous (?:envoie|demande"
        r"|transmets)|n['’]ai pas)|j['’]ai besoin|donc je|mais je",
        found=(
            (
                "Bonjour,\n\nLa boutique est fermée du 16 au 29 novembre inclus. Les messages seront traités à notre"
                " retour."
            ),
            "Bonjour,\n\nJe suis absente jusqu'au 5 décembre. En cas d'urgence, contactez info@boutique.example.",
            "Madame, Monsieur,\n\nNous avons bien reçu votre demande et vous répondrons dans les plus brefs délais.",
            "Ceci est une réponse automatique.",
        ),
        not_found=(
            "Bonjour,\n\nJe suis en congé la semaine prochaine, pourriez-vous prolonger le délai ?",
            "Bonjour,\n\nJe suis absent jusqu'à lundi mais je vous envoie la facture ci-joint.",
        ),
    ),
    Language(
        code="it",
        greeting=r"buongiorno|buonasera|salve|gentil[ei]|ciao|egregi|spett",
        thanks=r"(?:la |ti |vi )?(?:grazie|ringrazi(?:o|amo))(?: mille)? (?:per|di) (?:il|la|averci|avermi"
        r"|aver)[^.!?\n]{0,20}(?:messaggio|e-?mail|mail|contattat|richiesta|scritto)",
        absent=r"(?:sono|sarò|siamo|saremo)[^.!?\n]{0,40}(?:fuori (?:sede|ufficio)|in ferie|assent[ei]|in (?:vacanza"
        r"|trasferta|viaggio|maternità))|assente dall['’]ufficio|non (?:sono|sarò) (?:in ufficio|disponibile"
        r"|raggiungibile)",
        closed=r"(?:ufficio|negozio|azienda|uffici|magazzino|siamo|saremo)\b[^.!?\n]{0,40}chius[oai]",
        later=r"al (?:mio|nostro) (?:rientro|ritorno)|per (?:urgenze|questioni urgenti|qualsiasi urgenza)"
        r"|in caso di (?:urgenza|necessità)|(?:può|potete|si prega di|puoi) (?:contattare|rivolger|scrivere"
        r"|chiamare)|risponder(?:ò|emo)|rientr(?:o|erò|eremo)|accesso limitato",
        statement=r"(?:questa|questo|si tratta di) (?:è )?(?:una?|un['’])? ?(?:risposta|messaggio|e-?mail"
        r"|mail) (?:automatic|generat|inviat)|(?:risposta|messaggio) automatic[oa](?=\s?(?:[:.!,;–-]|\n"
        r"|\Z))|(?:si prega di )?non rispondere a quest[oa]|questa (?:e-?mail|mail) è stata (?:generata"
        r"|inviata) automaticamente",
        arrived=r"(?:abbiamo|ho) ricevuto (?:la (?:sua|tua|vostra)|il (?:suo|tuo|vostro)) (?:richiesta|messaggio"
        r"|e-?mail|mail)|(?:la (?:sua|tua|vostra)|il (?:suo|tuo|vostro)) (?:richiesta|messaggio|e-?mail"
        r"|ticket)[^.!?\n]{0,40}(?:è stat[oa] (?:ricevut|registrat|pres)|è arrivat)",
        soon=r"il prima possibile|al più presto|entro \d|quanto prima|nel più breve|numero (?:di )?(?:ticket|pratica"
        r"|richiesta)",
        personal=r"(?:potete|può|potreste|potrebbe)(?! (?:contattare|rivolger|scrivere|chiamare))[^.!\n]{0,80}\?"
        r"|in allegato|allego|ho bisogno|vorrei|quindi (?:non )?(?:posso|invi)|ma (?:vi|le) invio",
        found=(
            "Buongiorno,\n\nsono fuori ufficio fino al 5 dicembre. Risponderò al mio rientro.",
            "Gentile cliente,\n\nabbiamo ricevuto la sua richiesta e risponderemo il prima possibile.",
            "Questa è una risposta automatica.",
        ),
        not_found=(
            "Buongiorno,\n\nsono in ferie la prossima settimana, potete prorogare la scadenza?",
            "Sono fuori sede, ma vi invio la fattura in allegato.",
        ),
    ),
    Language(
        code="es",
        greeting=r"hola|buen(?:os|as) (?:días|tardes|noches)|estimad[oa]s?|querid[oa]s?|apreciad[oa]",
        thanks=r"(?:muchas )?gracias por (?:su|tu|contactar|ponerse|escribir|comunicar|el|enviar)"
        r"|agradecemos su (?:mensaje|correo|consulta)",
        absent=r"(?:estoy|estaré|estamos|estaremos|me encuentro|permaneceré)[^.!?\n]{0,40}(?:fuera de (?:la"
        r" )?oficina|de vacaciones|ausente|de viaje|de baja)|no (?:estoy|estaré) (?:en la oficina|disponible"
        r"|localizable)|ausente de la oficina",
        closed=r"(?:oficinas?|tienda|empresa|almacén|estamos|estaremos)\b[^.!?\n]{0,40}cerrad[oa]s?",
        later=r"a mi (?:regreso|vuelta)|a nuestr[oa] (?:regreso|vuelta)|en caso de (?:urgencia|emergencia)"
        r"|para (?:asuntos|temas|cuestiones|cualquier)[^.!?\n]{0,20}urgen|si es urgente|(?:puede|pueden|puedes"
        r"|por favor,?) (?:contact|escrib|dirij|dirig|llam|ponerse)|(?:responderé|responderemos|contestaré"
        r"|contestaremos|atenderé|atenderemos)|acceso limitado",
        statement=r"(?:este|esta|esto) es una? (?:respuesta|mensaje|correo|e-?mail) (?:autom|generad|enviad)"
        r"|este (?:mensaje|correo|e-?mail) (?:ha sido|fue|es) (?:generado|enviado|automático)|(?:respuesta"
        r"|mensaje|contestación) autom[aá]tic[ao](?=\s?(?:[:.!,;–-]|\n|\Z))|(?:por favor,? )?no responda a este",
        arrived=r"hemos recibido (?:correctamente )?(?:su|tu) (?:mensaje|correo|solicitud|consulta|e-?mail)|(?:su"
        r"|tu) (?:mensaje|correo|solicitud|consulta|ticket)[^.!?\n]{0,40}(?:ha sido|fue) (?:\w+ )?(?:recibid"
        r"|registrad|cread)|estamos procesando",
        soon=r"(?:lo antes|a la mayor brevedad) posible|(?:a la )?mayor brevedad|en breve|en un plazo"
        r"|dentro de (?:las|los)|número de (?:ticket|caso|solicitud|incidencia)|cuanto antes|en las próximas",
        personal=r"(?:podrían|podría|pueden|puede|puedes)(?! (?:contact|escrib|dirigir|llam|ponerse))[^.!\n]{0,80}\?"
        r"|adjunto|necesito|quisiera|quiero|así que (?:no )?(?:puedo|envi)|pero (?:les|le) envío",
        found=(
            "Hola,\n\nestoy de vacaciones hasta el 5 de diciembre. Responderé a mi regreso.",
            (
                "Gracias por contactar con nosotros. En este instante estamos procesando su consulta, a la mayor"
                " brevedad posible tendrá noticias nuestras."
            ),
            "Este es un mensaje automático, por favor no responda.",
        ),
        not_found=(
            "Hola,\n\nestoy de vacaciones la próxima semana, ¿pueden ampliar el plazo?",
            "Estoy fuera de la oficina, pero les envío la factura adjunta.",
        ),
    ),
)
