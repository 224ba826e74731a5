"""Words that tell languages apart: the short ones of every sentence, and what sellers write about.

The languages of the product come first; then their neighbours, which are told apart only so that none of the former
is claimed for them. Written in lower case; a word also counts without its accents. A word of several languages counts
for each of them, by so much less.
"""

WORDS: dict[str, str] = {
    "de": """
        der die das den dem des ein eine einen einem einer ich wir ihr sie es mich mir uns euch ihnen mein meine
        meinen unser unsere ihre und oder aber auch nicht kein keine ist sind war wurde wurden wird werden habe
        haben hat hatte kann können könnte könnten muss müssen soll sollte bitte danke vielen dank mit von für
        auf aus bei nach seit über unter vom zum zur wie was wann warum wo wer noch nur schon sehr immer wieder
        leider jetzt nie mehr weil dass wenn obwohl hallo guten tag geehrte damen herren grüße gruß freundlichen
        liebe moin siehe käufer kunde kunden paket bestellung konto gesperrt rechnung auszahlung sendung
        lieferung retoure ware angebot account deaktiviert status artikel fehler gebühr gelöscht angekommen
        erhalten zurück geld antwort rückmeldung lager händler euro
        """,
    "en": """
        the a an i we you he she it they me us him them my our your his their and or but not no is are was were
        be been has have had do does did can could will would should must please thanks thank with of for on
        from at to in by how what when why where who which still only already very always again unfortunately
        now never anymore because that this these those if although there since any some hello hi dear regards
        kind best sincerely buyer customer parcel order account blocked invoice payout shipment delivery return
        goods listing item error fee pls asap fix yet news see screenshot new removed arrived received back
        money answer warehouse seller package missing refund
        """,
    "fr": """
        le la les un une des du de l d je j nous vous il elle ils on me m mon ma mes notre nos votre vos son sa
        leur et ou mais aussi ne n pas plus jamais aucun aucune est sont était a ai ont avons été être avoir
        peut pouvez pourriez dois faut merci svp avec pour sur dans par chez depuis après avant entre sous
        comment quand pourquoi où qui que qu quoi encore seulement déjà très toujours malheureusement maintenant
        parce car si alors ce cette ces c ça bonjour bonsoir madame monsieur cordialement salutations ci joint
        impossible client acheteur colis commande compte bloqué facture virement envoi livraison retour
        marchandise fiche article erreur frais supprimé arrivé reçu remboursement réponse entrepôt vendeur
        expédition photos disparu annuler
        """,
    "it": """
        il lo la i gli le un uno una di del dello della dei delle dell da dal dalla in nel nella con su sul
        sulla per tra fra io noi voi lei mi ci vi mio mia miei mie nostro nostra nostri vostro vostra e ed o ma
        anche non più mai nessuno nessuna è sono era stato stata stati ho hai ha abbiamo avete hanno posso può
        possiamo potete potrebbe devo bisogna grazie prego come quando perché dove chi che cosa quanto ancora
        solo già molto sempre purtroppo adesso ora se questo questa quello c buongiorno buonasera salve ciao
        gentile spettabile saluti cordiali distinti account cliente acquirente pacco ordine conto bloccato
        fattura pagamento spedizione consegna reso merce inserzione articolo errore commissione rimosso arrivato
        ricevuto rimborso risposta magazzino venditore allegato
        """,
    "es": """
        el la los las un una unos unas de del al a en con por para sin sobre desde hasta entre yo nosotros usted
        ustedes me nos les le se mi mis nuestro nuestra nuestros su sus y e o pero también no ya nunca ningún
        ninguna es son era fue está están estado he ha han hemos hay tengo tiene puede pueden podrían podemos
        debo gracias favor cómo cuándo cuánto qué quién dónde porque que si todavía aún sólo muy siempre
        lamentablemente ahora este esta ese eso hola buenos buenas días tardes estimados saludos saludo cordial
        atentamente cliente comprador paquete pedido cuenta bloqueada factura pago envío entrega devolución
        mercancía anuncio artículo error tarifa eliminado llegó recibido reembolso respuesta almacén vendedor
        adjunto cancelar
        """,
    "nl": """
        de het een van voor met op in uit bij naar aan om door over onder ik wij we jij je jullie u hij zij ze
        mij ons mijn onze uw hun zijn en of maar ook niet geen nooit is was werd wordt worden ben heb heeft
        hebben had kan kunnen kunt kon moet mag zou graag bedankt dank alvast hoe wat wanneer waarom waar wie
        nog alleen al zeer altijd weer helaas nu meer omdat dat dit die deze als hoewel er steeds hallo hoi dag
        beste geachte groet groeten vriendelijke zie hieronder account klant koper pakket bestelling geblokkeerd
        factuur uitbetaling zending levering retour goederen aanbieding artikel fout kosten verwijderd
        aangekomen ontvangen terug antwoord magazijn verkoper storing opgelost lege doos
        """,
    "pl": """
        w we z ze na do od za o u po przez przy dla bez pod nad i a oraz lub ale też nie nigdy żaden żadna jest
        są był była było być mam mamy ma mają może mogę możemy możecie proszę dziękuję dzięki jak kiedy dlaczego
        gdzie kto co ile że jeśli jeżeli ponieważ chociaż jeszcze tylko już bardzo zawsze znowu niestety teraz
        więcej to ten ta te tego tej mój moja moje mojego nasz nasza nasze naszego wasz państwo państwa pan pani
        mnie mi nam się dzień dobry witam pozdrawiam pozdrowienia szanowni klient kupujący paczka paczki
        przesyłka zamówienie zamówienia konto zablokowane faktura faktury wypłata wypłaty dostawa dostawie zwrot
        zwrotu towar oferta oferty produkt błąd opłata usunięto dotarła otrzymał pieniędzy odpowiedzi magazyn
        magazynie sprzedawca brak brakuje załączniku sprawa pomoc
        """,
    "sv": """
        en ett den det de och eller men också inte ingen inget inga aldrig är var blev blir har hade kan kunde
        ska skulle måste vill får fick jag vi ni du han hon mig oss er min mitt mina vår vårt våra ert era sin
        av för med på i från till hos efter sedan under över hur vad när varför vem som att om då än bara redan
        mycket alltid igen tyvärr nu mer längre fortfarande eftersom trots detta denna där tack snälla hej
        hälsningar vänliga mvh bästa se nedan upp ut bort kund kunden köpare köparen paket paketet beställning
        order ordern konto kontot spärrat faktura fakturan utbetalning sändning sändningen leverans retur varor
        varan annons artikel fel avgift borttagen framme fått pengar pengarna svar lager lagret säljare
        varumärke ärende
        """,
    "tr": """
        bir bu şu o ve veya ya da de ama fakat ile için gibi kadar göre sonra önce beri hiç değil yok var mı mi
        mu mü ben biz siz beni bize bizim sizin sizde bizde benim onu ne nasıl neden nerede kim hangi ki eğer
        çünkü hala hâlâ sadece artık çok her zaman tekrar maalesef şimdi daha en lütfen teşekkürler teşekkür
        ederim rica merhaba selamlar sayın saygılarımla iyi günler çalışmalar olarak olan oldu olmuş edin ediyor
        edildi istiyorum istiyor müşteri alıcı paket sipariş siparişim siparişi hesap hesabım kapatıldı fatura
        ödeme ödemem gönderi teslim teslimat iade ürün ürünü ürünüm hata ücret kaldırıldı ulaşmadı gelmedi geldi
        para cevap depo depoda satıcı kargo
        """,
    # Neighbours.
    "pt": """
        o a os as um uma uns umas de do da dos das em no na nos nas com por para pelo pela sem sobre até entre
        eu nós você vocês me lhe meu minha meus minhas nosso nossa seu sua e ou mas também não já nunca nenhum
        nenhuma é são era foi está estão estado tenho tem têm temos há pode podem poderiam devo obrigado
        obrigada favor como quando quanto que quem onde porque porquê se ainda só muito sempre infelizmente
        agora este esta esse isso isto bom dia boa tarde olá cumprimentos atenciosamente cliente comprador
        encomenda pacote pedido conta bloqueada fatura pagamento envio entrega devolução mercadoria anúncio
        artigo produto erro taxa removido chegou recebido recebi reembolso resposta armazém vendedor anexo
        cancelar
        """,
    "gl": """
        o a os as un unha de do da en no na nos nas con por para ata eu nós vós meu miña e ou mais non nunca é
        foi está teño ten hai pode grazas como cando onde porque moi sempre xa aínda conta chegou
        """,
    "ca": """
        el la els les un una de del dels al als a en amb per sense fins jo nosaltres em us ens meu meva nostre i
        o però també no mai cap és són era ha han hem està puc pot podeu gràcies si plau com quan què qui on
        perquè encara molt sempre ara aquest aquesta bon dia compte comanda arribat
        """,
    "ro": """
        un o de la în cu pe din pentru fără până eu noi voi mă ne vă îmi meu mea nostru și sau dar nu niciodată
        este sunt era a am au avem fost poate puteți mulțumesc rog cum când ce cine unde că încă foarte mereu
        acum acest această bună ziua salut contul coletul comanda
        """,
    "da": """
        en et den det de og eller men også ikke ingen intet aldrig er var blev bliver har havde kan kunne skal
        skulle må vil får fik jeg vi i du han hun mig os jer min mit mine vores jeres sin af for med på fra til
        hos efter siden under over hvordan hvad hvornår hvorfor hvem som at om kun allerede meget altid igen
        desværre nu mere længere stadig fordi selvom dette denne der tak venligst hej hilsen venlig kære se
        nedenfor op ud væk kunde kunden køber køberen pakke pakken bestilling ordre ordren konto kontoen spærret
        lukket faktura fakturaen udbetaling forsendelse levering retur varer varen artikel fejl gebyr fjernet
        kommet modtaget penge svar lager lageret sælger mærke sag sagen hele alt
        """,
    "no": """
        en et den det de og eller men også ikke ingen intet aldri er var ble blir har hadde kan kunne skal
        skulle må vil får fikk jeg vi dere du han hun meg oss min mitt mine vår vårt våre deres sin av for med
        på fra til hos etter siden under over hvordan hva når hvorfor hvem som at om bare allerede mye alltid
        igjen dessverre nå mer lenger fortsatt fordi selv dette denne der takk vennligst hei hilsen vennlig
        kjære se nedenfor opp ut bort kunde kunden kjøper kjøperen pakke pakken bestilling ordre ordren konto
        kontoen sperret stengt faktura utbetaling forsendelse levering retur varer varen feil gebyr fjernet
        kommet mottatt penger svar lager lageret selger merke sak
        """,
    "af": """
        die 'n van vir met op in uit by na om deur ek ons julle jy hy sy my nie geen nooit is was het kan moet
        sal asseblief dankie hoe wat wanneer hoekom waar wie nog net baie altyd weer ongelukkig nou omdat dat
        hierdie as
        """,
    "cs": """
        v ve z ze na do od za o u po přes při pro bez pod a i nebo ale také ne není nikdy žádný je jsou byl byla
        bylo být mám máme má může mohu můžete prosím děkuji díky jak kdy proč kde kdo co že jestli protože ještě
        jen už velmi vždy znovu bohužel nyní to ten ta můj moje náš naše mě mi nám se si dobrý den zdravím účet
        balík objednávka zásilka faktura
        """,
    "sk": """
        v vo z zo na do od za o u po cez pri pre bez pod a aj alebo ale tiež nie nikdy žiadny je sú bol bola
        bolo byť mám máme má môže môžem môžete prosím ďakujem ako kedy prečo kde kto čo že ak pretože ešte len
        už veľmi vždy znovu žiaľ teraz to ten tá môj moja náš naše mi nám sa si dobrý deň účet balík zásielka
        objednávka
        """,
    "sl": """
        v iz na do od za o po pri brez pod in ali ampak tudi ne ni nikoli je so bil bila bilo biti imam imamo
        lahko prosim hvala kako kdaj zakaj kje kdo kaj da če ker še samo že zelo vedno zdaj to ta moj moja naš
        paket račun stranka naročilo
        """,
    "hr": """
        u iz na do od za o po pri bez pod i ili ali također ne nije nikad nikada je su bio bila bilo biti imam
        imamo može mogu možete molim hvala kako kada zašto gdje tko što da ako jer još samo već vrlo uvijek sada
        to taj ta moj moja naš vas paket račun kupac narudžba
        """,
    "hu": """
        a az egy és vagy de is nem soha van volt lesz vagyok kérem köszönöm hogyan mikor miért hol ki mi hogy ha
        mert még csak már nagyon mindig most ez én jó napot üdvözlettel csomag fiók fiókomat rendelés számla
        érkezett meg
        """,
    "fi": """
        ja tai mutta myös ei en emme ole olen on oli ovat voi voitte kiitos miten milloin miksi missä kuka mikä
        että jos koska vielä vain jo hyvin aina nyt tämä se minä me minun meidän hei terveisin asiakas paketti
        tili tilini tilaus lasku koskaan saapunut
        """,
    "et": """
        ja või aga ka ei ole on oli olen saab palun tänan kuidas millal miks kus kes mis et kui sest veel ainult
        juba väga alati nüüd see mina meie minu tere pakk konto tellimus arve kunagi
        """,
    "lt": """
        ir ar bet taip pat ne nėra yra buvo mano mūsų prašau ačiū kaip kada kodėl kur kas kad jei nes dar tik
        jau labai visada dabar tai aš mes laba diena siunta paskyra užsakymas sąskaita
        """,
    "lv": """
        un vai bet arī nav ir bija mans mūsu lūdzu paldies kā kad kāpēc kur kas ja jo vēl tikai jau ļoti vienmēr
        tagad tas es mēs labdien sūtījums konts pasūtījums rēķins
        """,
    "sq": """
        dhe ose por nuk është janë ka kam kemi mund ju lutem faleminderit si kur pse ku kush çfarë që nëse sepse
        ende vetëm shumë gjithmonë tani kjo unë ne përshëndetje llogaria pako klienti
        """,
    "is": """
        og eða en líka ekki aldrei er eru var hefur hafa get getur vinsamlegast takk hvernig hvenær hvers vegna
        hvar hver hvað að ef því enn bara mjög alltaf núna þetta ég við minn halló pakkinn reikningur til
        """,
    "az": """
        bir bu və ya amma ilə üçün kimi qədər sonra heç deyil yox var mən biz siz mənim necə niyə harada kim
        hansı əgər çünki hələ yalnız artıq çox həmişə zəhmət olmasa təşəkkür salam müştəri sifariş hesab
        """,
    "uz": """
        bir bu va yoki lekin bilan uchun kabi keyin hech emas yoq bor men biz siz mening qanday nega qayerda kim
        agar chunki hali faqat juda doim iltimos rahmat salom mijoz buyurtma hisob
        """,
    "id": """
        yang dan atau tapi tidak belum ada adalah saya kami anda dari untuk dengan di ke pada bagaimana kapan
        kenapa mengapa siapa apa jika karena masih hanya sudah sangat selalu sekarang ini itu mohon terima kasih
        halo paket pesanan akun pelanggan
        """,
    "vi": """
        và hoặc nhưng không chưa là có của tôi chúng bạn cho với trong từ đến như khi tại sao ai gì nếu vì vẫn
        chỉ đã rất luôn bây giờ này xin cảm ơn chào khách hàng đơn tài khoản gói
        """,
    "lb": """
        de d'den dat e eng ech mir dir si an oder awer och net keen ass sinn war gouf hunn huet kann muss merci
        wéi wat wéini firwat wou wien nach nëmmen schonn ganz ëmmer well datt wann moien gréiss
        """,
}

# What a person writes of themselves and to the support: a notice or an error message that is pasted in has none of it.
OWN: dict[str, str] = {
    "de": """
        ich wir mich mir uns mein meine meinen unser unsere bitte danke hallo guten grüße gruß gibt hilfe anbei
        """,
    "en": """
        i we me us my our mine thanks thank hello hi regards cheers help i'm we're attached
        """,
    "fr": """
        je j nous mon ma mes notre nos merci bonjour cordialement svp salutations aidez
        """,
    "it": """
        io noi mio mia miei nostro nostra nostri grazie buongiorno salve ciao saluti ho abbiamo vorrei allego
        """,
    "es": """
        yo nosotros mi mis nuestro nuestra nuestros gracias hola buenos buenas saludos he hemos quisiera adjunto
        """,
    "nl": """
        ik wij we mijn onze ons bedankt hallo hoi dag groet groeten graag alvast help bijgaand
        """,
    "pl": """
        ja mam mamy mój moja moje nasz nasza nasze proszę dziękuję dzień witam pozdrawiam prosimy mnie nam
        """,
    "sv": """
        jag vi min mitt mina vår vårt våra mig oss tack hej hälsningar snälla hjälp
        """,
    "tr": """
        ben biz benim bizim lütfen merhaba teşekkürler selamlar saygılarımla rica bana bize
        """,
    "pt": """
        eu nós meu minha nosso nossa obrigado olá bom cumprimentos
        """,
    "da": """
        jeg vi min mit mine vores mig os tak hej hilsen venligst hjælp
        """,
    "no": """
        jeg vi min mitt mine vår mig oss takk hei hilsen vennligst hjelp
        """,
}
