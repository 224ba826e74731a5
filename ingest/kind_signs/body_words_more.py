"""The words of automatic answers: Dutch, Polish, Swedish, Turkish, Japanese, Chinese."""

from ingest.kind_signs.body_words import Language

MORE_LANGUAGES = (
    Language(
        code="nl",
        greeting=r"beste|geachte|hallo|dag|goede(?:morgen|middag|navond|ndag)|hoi",
        thanks=r"(?:hartelijk |heel erg )?(?:bedankt|dank (?:je|u)(?: wel)?|dank) voor (?:je|uw|jouw|het)",
        absent=r"(?:ik ben|ben|wij zijn|we zijn)[^.!?\n]{0,40}(?:afwezig|niet (?:op kantoor|aanwezig|bereikbaar)"
        r"|op vakantie|met (?:vakantie|verlof)|buiten kantoor)|(?:zwangerschaps|ouderschaps)verlof",
        closed=r"(?:kantoor|winkel|bedrijf|magazijn|wij|we)\b[^.!?\n]{0,40}gesloten",
        later=r"na mijn (?:terugkomst|vakantie|terugkeer)|bij (?:dringende|spoed)|voor (?:dringende|spoed)"
        r"|in dringende|kunt u (?:contact|mailen|bellen|zich)|(?:neem|neemt u) contact|(?:zal|zullen"
        r"|beantwoord|reageer|lees)[^.!?\n]{0,60}(?:beantwoord|reager|terug|mail)|weer (?:bereikbaar|aanwezig"
        r"|terug)|beperkt(?:e)? (?:toegang|bereikbaar)",
        statement=r"dit is een automatisch(?:e)? (?:\w+ )?(?:antwoord|bericht|e-?mail|reactie|mail)|dit (?:bericht"
        r"|antwoord) (?:is|wordt) automatisch|deze (?:e-?mail|mail) (?:is|wordt) automatisch"
        r"|automatisch (?:antwoord|bericht)(?=\s?(?:[:.!,;–-]|\n|\Z))|(?:gelieve "
        r"|u kunt )?niet (?:te antwoorden|te reageren|antwoorden|reageren) op (?:dit|deze)",
        arrived=r"(?:wij|we) hebben (?:het|je|uw|jouw)(?: (?:bericht|vraag|aanvraag|e-?mail"
        r"|mail))?[^.!?\n]{0,30} ontvangen|(?:je|uw|jouw) (?:bericht|vraag|aanvraag|e-?mail"
        r"|ticket)[^.!?\n]{0,30}is (?:\w+ ){0,3}(?:ontvangen|geregistreerd|aangemaakt|binnengekomen)",
        soon=r"zo (?:snel|spoedig) mogelijk|binnen \d|op korte termijn|(?:ticket|zaak|referentie)nummer"
        r"|geregistreerd onder|in behandeling",
        personal=r"kunt u (?!contact|mailen|bellen|zich|terecht)[^.!\n]{0,80}\?|bijgevoegd|in de bijlage|ik (?:wil"
        r"|heb nodig|stuur)|dus ik|maar ik",
        found=(
            "Beste klant,\n\nik ben tot 5 december niet op kantoor. Na mijn terugkomst beantwoord ik uw mail.",
            (
                "Beste klant,\n\nBedankt voor uw bericht. Wij hebben het in goede orde ontvangen en geregistreerd"
                " onder nummer 4711."
            ),
            "Dit is een automatisch gegenereerd bericht.",
        ),
        not_found=(
            "Hallo,\n\nik ben volgende week op vakantie, kunt u de termijn verlengen?",
            "Ik ben niet op kantoor, maar ik stuur de factuur.",
        ),
    ),
    Language(
        code="pl",
        greeting=r"dzień dobry|szanown[iay]|witam|cześć|drog[ia]|dobry wieczór",
        thanks=r"(?:bardzo )?dziękuj(?:ę|emy) za (?:wiadomość|kontakt|zgłoszenie|e-?mail|mail|przesłanie|państwa)",
        absent=r"(?:jestem|będę|jesteśmy|przebywam)[^.!?\n]{0,40}(?:poza biurem|na urlopie|nieobecn|niedostępn"
        r"|na zwolnieniu|w delegacji)|nie ma mnie w biurze",
        closed=r"(?:biuro|sklep|firma|magazyn)[^.!?\n]{0,40}(?:nieczynn|zamknięt)",
        later=r"po (?:moim |naszym )?powrocie|w (?:pilnych|nagłych) (?:sprawach|przypadkach)|w sprawach pilnych"
        r"|proszę o kontakt|prosimy o kontakt|odpowiem|odpowiemy|odpiszę|ograniczony dostęp",
        statement=r"(?:to|ta) (?:jest )?(?:automatyczn[ay]|wiadomość (?:została|jest) (?:wygenerowan|automatyczn"
        r"|wysłan))[^.!?\n]{0,40}|(?:ta )?wiadomość (?:została )?(?:wygenerowana|wysłana) automatycznie"
        r"|(?:automatyczna odpowiedź|odpowiedź automatyczna)(?=\s?(?:[:.!,;–-]|\n|\Z))|(?:prosimy"
        r"|proszę) nie odpowiadać na t",
        arrived=r"otrzymaliśmy (?:twoj[eą]|państwa|pana|pani) (?:zgłoszenie|wiadomość|zapytanie|e-?mail)|(?:twoje"
        r"|państwa) (?:zgłoszenie|zapytanie)[^.!?\n]{0,40}zostało (?:przyjęte|zarejestrowane|utworzone)"
        r"|państwa wiadomość[^.!?\n]{0,30}(?:dotarła|została)",
        soon=r"(?:tak szybko|jak najszybciej|najszybciej|w ciągu|niezwłocznie|wkrótce)|numer (?:zgłoszenia|sprawy)",
        personal=r"czy (?:mogą|może|możecie)|w załączniku|załączam|potrzebuję|chciał(?:bym|abym)|więc (?:wyślę|nie)"
        r"|ale (?:wysyłam|przesyłam)",
        found=(
            "Dzień dobry,\n\njestem na urlopie do 5 grudnia. Odpowiem po powrocie.",
            "Dzień dobry,\n\notrzymaliśmy Państwa zgłoszenie. Odpowiemy w ciągu 2 dni roboczych.",
            "To jest automatyczna odpowiedź.",
        ),
        not_found=("Dzień dobry,\n\nw przyszłym tygodniu jestem na urlopie. Czy mogą Państwo przedłużyć termin?",),
    ),
    Language(
        code="sv",
        greeting=r"hej(?:san)?|bästa|god (?:dag|morgon|kväll)|hallå|tjena",
        thanks=r"(?:stort |många )?tack (?:så mycket )?för (?:ditt|att du|er|din|ert)",
        absent=r"(?:jag är|är|vi är)[^.!?\n]{0,40}(?:inte på (?:kontoret|plats)|på semester|frånvarande"
        r"|föräldraledig|tjänsteledig|på resande fot|ledig)|inte anträffbar",
        closed=r"(?:kontoret|butiken|lagret|vi)\b[^.!?\n]{0,30}stäng[td]",
        later=r"när jag är (?:tillbaka|åter)|(?:vid|i) (?:brådskande|akuta)|vid brådskande|för brådskande|kontakta"
        r"|(?:svarar|återkommer|läser)[^.!?\n]{0,40}|begränsad (?:tillgång|möjlighet)|åter på kontoret|tillbaka",
        statement=r"detta är ett (?:automatiskt|autogenererat|autosvar)|(?:det här|detta) (?:meddelandet|mejlet"
        r"|är ett)[^.!?\n]{0,20}automat|(?:autosvar|automatiskt svar)(?=\s?(?:[:.!,;–-]|\n|\Z))"
        r"|(?:vänligen )?svara inte på det",
        arrived=r"vi har (?:nu )?(?:mottagit|tagit emot|fått) (?:ditt|er) (?:meddelande|ärende|mejl|mail|e-?post)"
        r"|ditt (?:ärende|meddelande|mejl)[^.!?\n]{0,30}(?:har (?:mottagits|registrerats|skapats)"
        r"|är (?:mottaget|registrerat))",
        soon=r"så (?:snart|fort) (?:som möjligt|vi kan)|inom \w{1,6} (?:arbetsdag|dag|timm)|ärendenummer|återkommer",
        personal=r"kan ni|kan du|skulle ni|bifogar|bifogat|jag (?:behöver|vill|skickar)|så jag|men jag",
        found=(
            "Hej,\n\njag är på semester till den 5 december och svarar när jag är tillbaka.",
            "Hej,\n\nTack för ditt mejl. Vi har tagit emot ditt ärende och återkommer så snart som möjligt.",
            "Detta är ett automatiskt svar.",
        ),
        not_found=(
            "Hej,\n\njag är på semester nästa vecka. Kan ni förlänga tiden?",
            "Jag är inte på kontoret, men jag skickar fakturan.",
        ),
    ),
    Language(
        code="tr",
        greeting=r"merhaba(?:lar)?|sayın|değerli|iyi (?:günler|akşamlar|çalışmalar)|selam",
        thanks=r"(?:mesajınız|e-?postanız|iletiniz|bizimle iletişime geçtiğiniz|bize ulaştığınız) için teşekkür",
        absent=r"ofis(?:te)? (?:dışında|değil)|ofis dışı|izin(?:de|li)(?:yim|yiz|siniz)?\b|tatilde(?:yim|yiz)"
        r"|yıllık izin",
        closed=r"(?:ofis|mağaza|dükkan)\w{0,8}[^.!?\n]{0,30}kapalı",
        later=r"döndüğ|dönüş(?:te|ümde|ümüzde)?|acil (?:durum|konu)|geri döneceğ|yanıtlayacağ|cevaplayacağ"
        r"|iletişime geç|ulaşabilirsiniz|sınırlı",
        statement=r"bu (?:bir )?otomatik|bu (?:e-?posta|mesaj|ileti)[^.!?\n]{0,30}otomatik|otomatik (?:yanıt"
        r"|cevap)(?=\s?(?:[:.!,;–-]|\n|\Z))|(?:lütfen )?bu (?:e-?postayı|mesajı|iletiyi) (?:yanıtlamay|cevaplamay)",
        arrived=r"(?:mesajınız|talebiniz|e-?postanız|başvurunuz)[^.!?\n]{0,40}(?:alındı|alınmıştır|ulaştı"
        r"|oluşturuldu|ulaşmıştır)|(?:mesajınızı|talebinizi|e-?postanızı) aldık",
        soon=r"en kısa (?:sürede|zamanda)|\d+ (?:saat|gün|iş günü) içinde|(?:talep|kayıt) numara",
        personal=r"misiniz|mısınız|ihtiyacım|ekte|istiyorum|ama (?:size )?gönder",
        found=(
            "Merhaba,\n\n5 Aralık'a kadar ofis dışındayım. Döndüğümde size yanıt vereceğim.",
            "Sayın müşterimiz,\n\ntalebiniz alınmıştır. En kısa sürede dönüş yapılacaktır.",
            "Bu otomatik bir yanıttır.",
        ),
        not_found=("Merhaba,\n\nhaftaya izindeyim, süreyi uzatabilir misiniz?",),
    ),
    Language(
        code="ja",
        greeting=r"こんにちは|お客様|各位|いつも(?:大変)?お世話に|平素|お世話になって|拝啓",
        thanks=r"(?:この(?:度|たび)は)?[^。\n]{0,30}(?:お問い?合わ?せ|ご連絡|メール)(?:いただき|を?頂き|くださり"
        r"|下さり)?[^。\n]{0,10}(?:ありがとう|有難う|誠に)",
        absent=r"不在(?:に|と|です|して|の)|休暇(?:中|を|をいただいて)|出張中|お休みをいただいて|外出(?:中|して)",
        closed=r"休業(?:いたし|し|と|中|期間|とさせ)|夏季休業|年末年始",
        later=r"(?:戻り|帰社|出社|休(?:み|暇|業)明け)[^。\n]{0,20}|お急ぎ|緊急|至急の|改めて(?:ご)?(?:連絡|返信)"
        r"|順次(?:ご)?(?:対応|返信|回答)|後日",
        statement=r"(?:この|本|当)(?:メール|メッセージ|返信)は[^。\n]{0,30}自動|(?:これは)?自動(?:返信|応答|送信"
        r"|配信)(?:メール|メッセージ)?(?:です|でお|にて|によ|となり|専用|[:。：\n])|【自動(?:返信|応答"
        r"|送信|配信)】|(?:この|本)メール(?:に|へ)(?:は|の)?(?:ご)?返信(?:いただいても|しないで"
        r"|はできません|されましても)|送信専用",
        arrived=r"(?:お問い?合わ?せ|メール|ご連絡|ご依頼)(?:内容)?を[^。\n]{0,10}(?:受け付け|受付|受領|承り|受信)"
        r"|受付(?:いたしました|完了|番号)",
        soon=r"順次|(?:\d+|[一二三]|数)(?:営業)?日以内|担当者(?:より|から)|受付番号|お問い?合わ?せ番号|追って"
        r"|しばらくお待ち|改めて",
        personal=r"(?:いただけますか|でしょうか|願えますか|教えて|添付(?:し|いた|の))",
        found=(
            "お問い合わせいただきありがとうございます。\nこのメールは自動返信です。",
            (
                "いつもお世話になっております。\n\n12月5日まで休暇をいただいております。お急ぎの場合は"
                " info@shop.example までご連絡ください。"
            ),
            "お問い合わせを受け付けました。担当者より2営業日以内にご連絡いたします。",
        ),
        not_found=(
            "お世話になっております。\n来週は休暇をいただきます。期限を延長していただけますでしょうか。",
            "購入者が不在のため荷物が戻りました。返金は必要でしょうか。",
        ),
    ),
    Language(
        code="zh",
        greeting=r"您好|你好|尊敬的|亲爱的|親愛的|大家好",
        thanks=r"(?:非常)?(?:感谢|感謝|谢谢|謝謝)(?:您|你)(?:的)?(?:来信|來信|邮件|郵件|联系|聯繫|咨询|諮詢|支持"
        r"|与我们)",
        absent=r"不在(?:办公室|辦公室|公司)|(?:正在|目前|现在|期间)?休假(?:中|期间)?|出差(?:中|期间)?|外出(?:中|期间)",
        closed=r"放假|假期|休业|休業|暂停营业",
        later=r"(?:回来|返回|回到|上班|节后|假期结束)[^。\n]{0,20}(?:回复|联系|处理|答复|回覆|聯繫)|如有(?:急事|紧急"
        r"|要事|緊急)|紧急|緊急|尽快(?:回复|处理|答复)|盡快",
        statement=r"(?:此|本|这|該|该|這)(?:封)?(?:是一?封?)?(?:邮件|郵件|信件|信息|消息)?(?:为|是"
        r"|由)?[^。\n]{0,10}(?:自动|自動)(?:回复|发送|发出|生成|答复|回覆|發送|產生|应答)|(?:自动"
        r"|自動)(?:回复|回覆|答复)[:：。,，\n]|(?:请|請)勿(?:直接)?(?:回复|回覆)(?:此|本|该)",
        arrived=r"(?:我们|我們|我)?已(?:经|經)?(?:成功)?收到(?:您|你)的?(?:邮件|郵件|来信|來信|请求|請求|咨询|諮詢"
        r"|信件|消息|工单)|(?:您|你)的(?:邮件|来信|请求|工单|问题)[^。\n]{0,10}已(?:收到|受理|创建)",
        soon=r"(?:尽快|盡快|尽早|稍后|稍後)|\d+ ?(?:个|個)?(?:小时|小時|工作日|天)(?:内|內|之内)|工单(?:号|编号)",
        personal=r"请问|請問|能否|可否|麻烦(?:您|你)|附件(?:是|为|中)",
        found=(
            "您好,\n\n您的邮件我已收到,我会尽快给您回复。",
            "您好，我正在休假，12月5日回来后回复您。如有急事请联系 info@shop.example。",
            "这是一封自动回复邮件。",
        ),
        not_found=("您好,\n\n我下周休假,请问能否延长期限?", "客户外出，包裹被退回，请问如何退款？"),
    ),
)
