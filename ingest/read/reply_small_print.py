"""Small print below a letter: disclaimers, advertising, and the lines of a firm's signature, in any language.

"The message says error 8541" begins as a disclaimer does, so each rule asks for its legal words as well.
"""

import re

from ingest.read.reply_rules import LineRule, rule

# Matched against a paragraph's first lines joined, at most 600 characters.
DISCLAIMERS: tuple[LineRule, ...] = (
    rule(
        r"(?:(?:this|the|any) (?:(?:content|information|contents)\b.{0,40}|electronic )?(?:e-?mail|message"
        r"|communication"
        r"|transmission|information|document)|privileged|notice:|important:).{0,400}?(?:confidential(?!ity level)"
        r"|privileged"
        r"|intended (?:solely|only|exclusively|for the (?:use|named|sole|addressee|intended|exclusive)|recipient)"
        r"|addressees?\b)"
        r"|(?:if you have received|if you are not the|any (?:unauthori[sz]ed|views|review|dissemination)"
        r"|unless (?:otherwise )?"
        r"(?:expressly |specifically )?(?:stated|indicated)|e-?mails? (?:are|is|transmission) (?:not|cannot)).{0,400}?"
        r"(?:intended|recipient|this (?:e-?mail|message|communication)|in error|unlawful|prohibited|liabil|secure)",
        "This email and any attachments are confidential and intended solely for the addressee.",
        "If you are not the intended recipient, please delete this message.",
    ),
    rule(
        r"(?:confidential(?:ity)?(?: notice| note)?|disclaimer|legal (?:notice|disclaimer)|haftungsausschluss"
        r"|vertraulichkeits?hinweis|rechtlicher hinweis|hinweis:|rechtshinweis|avertissement|avis de confidentialité"
        r"|clause de confidentialité|avviso di riservatezza|nota di riservatezza|informativa(?: sulla)? privacy"
        r"|aviso legal|aviso de confidencialidad(?:e)?|cláusula de confidencialidad|protección de datos"
        r"|vertrouwelijkheid"
        r"|klauzula (?:poufności|informacyjna)|uwaga:|sekretess|gizlilik (?:bildirimi|uyarısı)|yasal uyarı|免责声明"
        r"|保密声明|【?ご注意】?|【?機密)(?=\Z|\s*[:：.–-]|\s.{0,500}(?:confiden|vertraul|riservat|poufn|gizli|recipient))",
        "Disclaimer",
        "CONFIDENTIALITY NOTICE: this is for the recipient only.",
        "Avviso di riservatezza",
    ),
    rule(
        r"(?:please (?:consider|think of) (?:the|our) environment|think before (?:you )?print|save (?:paper|a tree)"
        r"|bitte (?:denken|prüfen|überlegen|bedenken) sie.{0,60}(?:umwelt|drucken|ausdruck)|(?:denk|bitte|schont?"
        r"|der).{0,20}"
        r"umwelt|pensez à l['’]environnement|avant d['’]imprimer|.{0,30}n['’]imprimez.{0,40}nécessaire"
        r"|(?:prima di stampare|pensa all['’]ambiente|rispetta l['’]ambiente)|(?:antes de imprimir|piense en el medio)"
        r"|denk aan het milieu|.{0,10}bent u van plan.{0,40}(?:printen|drukken)|pomyśl o środowisku|tänk på miljön"
        r"|(?:lütfen )?çevreyi|.{0,20}yazdırmadan önce|antes de imprimir|环保|请考虑环境)",
        "Please consider the environment before printing this e-mail.",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.",
        "Pensez à l'environnement avant d'imprimer ce message.",
    ),
    rule(
        r"(?:diese[r]? (?:e-?mail|nachricht|mail)|der inhalt diese[rs]|der (?:adressat|empfänger)"
        r"|dieses (?:schreiben|dokument)"
        r"|die information(?:en)? in|die in dieser|falls sie|sollten sie|wenn sie|das unerlaubte|jede (?:form"
        r"|unbefugte)"
        r"|für (?:den inhalt|die richtigkeit)|etwaige).{0,400}?(?:vertraulich|rechtlich geschützt|bestimmt für"
        r"|ausschließlich"
        r" (?:für|an)|richtige[rn]? (?:adressat|empfänger)|irrtümlich|beabsichtigte|vorgesehene|unbefugt"
        r"|rechtsverbindlich"
        r"|nicht (?:der|die) (?:richtige|adressat|empfänger|bestimmungs))",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "Wenn Sie nicht der richtige Adressat sind, vernichten Sie bitte diese Mail.",
    ),
    rule(
        r"(?:ce (?:message|courriel|mail|courrier)|cet? e-?mail|les informations|le contenu de ce"
        r"|si vous (?:n['’]êtes pas|avez"
        r" reçu)|toute (?:utilisation|diffusion)).{0,400}?(?:confidentiel|destinataire|destinés?|par erreur|exclusi)",
        "Ce message est confidentiel. Si vous n'en êtes pas le destinataire, merci de le détruire.",
    ),
    rule(
        r"(?:quest[oa] (?:messaggio|e-?mail|comunicazione|documento)|(?:il|la) present[ei]|le informazioni"
        r"|ai sensi d|qualora"
        r"|se (?:avete|ha|hai) ricevuto|informativa|il contenuto|si (?:precisa|informa) che|chiunque riceva).{0,400}?"
        r"(?:riservat|privacy|2016/679|196/2003|confidenzial|destinatar|per errore|gdpr)",
        "Ai sensi del Regolamento UE 2016/679 le informazioni contenute sono riservate.",
    ),
    rule(
        r"(?:est[ea] (?:mensaje|correo|e-?mail|comunicación|mensagem)|esta mensagem|la información|el contenido"
        r"|si (?:usted )?"
        r"(?:no es|ha recibido|recibe)|de (?:conformidad|acuerdo) con|en cumplimiento|se (?:o senhor|você) não"
        r"|caso não seja"
        r"|as informações).{0,400}?(?:confidencia|destinatari|por error|por engano|2016/679|protección de datos|rgpd"
        r"|lopd)",
        "Este mensaje es confidencial y va dirigido a su destinatario.",
        "Esta mensagem é confidencial e destina-se ao seu destinatário.",
    ),
    rule(
        r"(?:dit (?:bericht|e-?mail-?bericht|mailbericht)|deze (?:e-?mail|mail|boodschap)|de (?:informatie|inhoud)"
        r"|indien u"
        r"|als u|aan (?:dit|deze|de inhoud)).{0,400}?(?:vertrouwelijk|geadresseerde|bestemd|rechten worden ontleend|ten"
        r" onrechte|niet de beoogde)",
        "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.",
    ),
    rule(
        r"(?:ta (?:wiadomość|informacja)|niniejsz[ay]|treść (?:tej|niniejszej)|informacje zawarte|jeśli nie (?:są"
        r"|jest)|jeżeli"
        r"|administratorem).{0,400}?(?:poufn|adresat|odbiorc|omyłkowo|przez pomyłkę|przeznaczon|danych osobowych)",
        "Niniejsza wiadomość jest poufna i przeznaczona dla adresata.",
    ),
    rule(
        r"(?:d(?:en|et)(?:ta|na|ne) (?:mejl|meddelande|e-?post\w{0,10}|besked|mail|e-?mail|melding)|om du (?:inte"
        r"|har fått)"
        r"|informationen i).{0,400}?(?:konfidentiell|mottagare|avse(?:tt|dd)|av misstag|fortrolig|sekretess|felaktigt)",
        "Detta meddelande är konfidentiellt.",
    ),
    rule(
        r"(?:bu (?:e-?posta|elektronik posta|mesaj|ileti)).{0,400}?(?:gizli|alıcı|muhatab|hukuki|yetkisiz)",
        "Bu e-posta gizli bilgiler içerebilir.",
    ),
    rule(
        r"(?:このe?-?メール|本e?-?メール|本電子メール|この電子メール|当メール|このメッセージ|万一).{0,300}?"
        r"(?:機密|宛先|秘密|誤って|受信者|誤送信|名宛人)",
        "このメールには機密情報が含まれています。",
    ),
    rule(
        r"(?:本(?:邮件|电子邮件|郵件|信)|此(?:邮件|电子邮件|郵件)|这封(?:电子)?邮件|如果?您(?:不是|误收)).{0,200}?"
        r"(?:保密|机密|收件人|機密|误收|誤收)",
        "本邮件及其附件含有保密信息。",
    ),
    rule(
        r"(?:(?:besuchen|folgen|finden|entdecken) sie (?:uns|auch|unsere?n?)\b|jetzt (?:neu|bei|auf|bestellen)"
        r"|folge uns"
        r"|(?:visit|follow|find|like|join) (?:us|our)\b|check out our|(?:suivez|retrouvez|rejoignez|visitez)[- ]n|"
        r"(?:seguici|visita il|trovaci|segui(?:te)?ci)|(?:síguenos|visite nuestr|visita nuestr)|volg ons"
        r"|bezoek (?:ons|onze)"
        r"|odwiedź|śledź nas|zapraszamy (?:na|do)|följ oss|besök (?:oss|vår)|bizi takip|关注我们|欢迎访问)",
        "Besuchen Sie auch unseren neuen Onlineshop!",
        "Follow us on Facebook",
    ),
)

# What a firm's mail server puts above a mail that comes from outside.
BANNERS: tuple[LineRule, ...] = (
    rule(
        r"(?=.{0,300}(?:e-?mail|message|nachricht|\bmail|messaggio|mensaje|correo|courriel|bericht|wiadomoś|\[ext))"
        r"(?=.{0,300}(?:external|outside|extern|außerhalb|estern|zewnętrz|hors de|fuera de|\[ext))"
        r"[\[*! ⚠️]{0,6}(?:caution|warning|external|attention|achtung|vorsicht|extern|attenzione|let op|uwaga"
        r"|warnhinweis|ext"
        r"|hinweis|atención|varning|dikkat)\b.{0,500}\Z",
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
    ),
    rule(
        r"(?:you don['’]t often get e-?mail from|sie erhalten nicht (?:oft|häufig) e-?mails? von"
        r"|vous n['’]obtenez pas souvent"
        r"|non si ricevono spesso|no suele recibir|u ontvangt niet vaak|nie otrzymujesz często) .{3,200}\Z",
        "You don't often get email from a@b.example. Learn why this is important",
        "Sie erhalten nicht oft E-Mails von a@b.example.",
    ),
)
# Words of small print that goes on for paragraphs behind a disclaimer.
LEGAL = re.compile(
    r"recipient|confidential|liab|disclos|virus|monitor|warrant|solicit|prohibit|unauthori[sz]ed|jurisdiction"
    r"|registered"
    r"|vertraulich|haftung|empfänger|unbefugt|weitergabe|destinat|responsab|confiden|riservat|geadresseerde"
    r"|aansprakelijk"
    r"|poufn|odbiorc|mottagar|gizli|sorumlu|責任|受信|责任|收件人|gesetz|law\b|delete|löschen|vernichten|copy|kopie",
    re.IGNORECASE,
)

# A line of a firm's block below the name; two of them make it one.
CONTACT_LINES: tuple[LineRule, ...] = (
    rule(
        r"(?:tel(?:\.|efon|efoon|éfono|éphone|efono|efone)?|phone|ph|fax|telefax|mobil[e]?|mob|handy|cell|gsm"
        r"|hotline|direct"
        r"|durchwahl|t|f|m|d|p|fon|zentrale|office|movil|móvil|portable|cellulare|kom|cep|電話|电话|手机|传真|携帯|ＴＥＬ|whatsapp"
        r"|wechat|微信|qq|skype)\b[.:：/ (|+]{0,5}[ (+]{0,3}\d.{4,60}\Z",
        "Tel. 0461 5550192",
        "Mobile: +44 7700 900123",
        "T +49 30 5550192",
    ),
    rule(r"\+?\(?\d[\d ()/.-]{6,22}\d\Z", "+49 461 5550192", "(030) 555-0192"),
    rule(
        r"(?:(?:web|www|internet|homepage|site|website|url|shop|online|sito|網站|网址|ホームページ)[.:： ]{1,3})?<?(?:https?://"
        r"|www\.)"
        r"\S{3,100}\Z|[a-z0-9-]{2,40}\.(?:com|de|co\.uk|fr|it|es|nl|pl|se|eu|net|org|com\.tr|jp|co\.jp|cn|example"
        r"|shop)\Z",
        "www.petersen.example",
        "Web: https://petersen.example/",
    ),
    rule(
        r"(?:(?:e-?mail|mail|e|email|correo|courriel|邮箱|邮件|メール"
        r"|mailto)[.:： ]{1,3})?[<\[(]?[\w.+-]{1,60}@[\w.-]{2,80}[>\])]?\Z",
        "E-Mail: info@petersen.example",
    ),
    rule(
        r".{0,80}?(?<![^\W_])(?:gmbh(?: & co\.? kgaa?| & co\.? kg)?|e\.k\.?|ohg|ug \(haftungsbeschränkt\)|kg|gbr|mbh"
        r"|ag|sàrl"
        r"|s\.?a\.?r\.?l\.?|sas|s\.a\.s\.?|s\.r\.l\.?s?|srl|s\.p\.a\.?|s\.l\.(?:u\.)?|s\.l|b\.v\.?|bv|v\.o\.f\.?|n\.v\."
        r"|sp\. ?(?:z ?o\. ?o\.|j\.|k\.)|s\.a\.|ab|oy|aps|a/s|as|ltd\.? ?(?:şti\.?)?|limited|llp|llc|inc\.?|plc|a\.ş\.?"
        r"|lda\.?)(?![^\W_]).{0,40}\Z"
        r"|.{0,40}(?:株式会社|有限会社|合同会社|有限公司|股份公司).{0,40}\Z",
        "Petersen Werkzeuge GmbH",
        "Fernhill Crafts LLP, registered",
        "深圳盛海贸易有限公司",
    ),
    rule(
        r".{0,60}?(?<![^\W_])(?:hrb|hra|amtsgericht|registergericht|handelsregister|geschäftsführ\w{1,4}"
        r"|ust-?id\w{0,10}|umsatzsteuer"
        r"|steuernummer|steuer-nr|st\.-nr|inhaber(?:in)?|vertretungsberechtigt|sitz der gesellschaft|p\. ?iva"
        r"|partita iva"
        r"|c\.f\.|cod\. fisc|rea|capitale sociale|siren|siret|rcs|r\.c\.s|tva intra|n° tva|capital (?:de|social)|kvk"
        r"|k\.v\.k"
        r"|btw|nip|regon|krs|sąd rejonowy|org\.? ?-?nr|organisationsnummer|momsreg\w*|cif|nif|registro mercantil"
        r"|vat (?:no|reg"
        r"|number|id)|company (?:no|number|reg)|registered (?:in|office|company)|reg\. no|managing directors?|gérant"
        r"|cvr"
        r"|vergi (?:no|dairesi)|mersis|ticaret sicil|登録番号|統一編號|iban|bic|bankverbindung)(?![^\W_]).{0,200}\Z",
        "Amtsgericht Flensburg HRB 4711",
        "P.IVA 01234567890",
        "KvK 12345678",
        "Registered in England and Wales No. 01234567",
        "Geschäftsführer: Jan Petersen",
    ),
    rule(
        r"[^\W\d_][^\d,|·]{2,40} \d{1,4} ?[a-z]?(?:[,|·–-]| -) ?(?:[a-z]{1,2}-)?\d{4,5} ?(?:[a-z]{2} )?[^\W\d].{1,40}\Z"
        r"|(?:[a-z]{1,2}[- ])?\d{4,5}(?: [a-z]{2})? [^\W\d_][^\d]{2,30}\Z|\d{2}-\d{3} [^\W\d_].{2,30}\Z"
        r"|\d{3} \d{2} [^\W\d_].{2,30}\Z"
        r"|〒\s?\d{3}-\d{4}.{0,60}\Z",
        "Hafenstr. 12, 24937 Flensburg",
        "24937 Flensburg",
        "1234 AB Utrecht",
        "00-950 Warszawa",
    ),
)
STRONG_CONTACT = re.compile(r"[^|·•]{2,60}(?: ?[|·•] ?[^|·•]{2,60}){2,10}\Z")
IDENTIFIER = re.compile(
    r"\b\d{3}-\d{7}-\d{7}\b|\bB0[A-Z0-9]{8}\b|\bFBA[A-Z0-9]{8,12}\b|\b1Z[A-Z0-9]{16}\b"
    r"|(?i:\b(?:order|bestell\w{0,10}|auftrag\w{0,6}|asin|sku|fnsku|ean|isbn|tracking|sendung\w{0,8}|commande|ordine"
    r"|pedido"
    r"|bestelling|zamówieni\w|sipariş|注文番号|订单号?)\b.{0,20}\d{4})"
)
