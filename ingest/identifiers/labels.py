"""The words that stand before an identifier: a table of kind × language.

A blank in a label stands for a blank, a hyphen, an underscore, a line break or nothing ("order id": order-id, OrderID).
`*` before a label: it may be the end of a compound word; `*` behind it: endings of the word are taken too.
Accents may be missing, small and capital letters are the same. Words are as sellers write them, with the inflections
in which they stand before a number.
"""

ORDER = {
    "de": "*bestellung | *bestellungen | *bestell nr | *bestellnummer | *bestellnummern | *bestell id | *auftrag"
    " | *auftrags nr | *auftragsnummer | *auftragsnummern | *bestellungs id | *bestellungsnummer",
    "en": "order | orders | order id | order ids | order number | order numbers | order no | order nos | order nr"
    " | order ref | order reference | amazon order id",
    "fr": "commande | commandes | numéro de commande | numéros de commande | n° de commande | n° commande"
    " | no de commande | cde",
    "it": "ordine | ordini | numero d'ordine | numero ordine | numero di ordine | numeri d'ordine | id ordine",
    "es": "pedido | pedidos | número de pedido | nº de pedido | nº pedido | núm de pedido | id de pedido"
    " | id del pedido",
    "nl": "*bestelling | *bestellingen | *bestelnummer | *bestelnummers | *bestel nr | *ordernummer | order nr",
    "pl": "zamówieni* | zamówień | numer zamówienia | numery zamówień | nr zamówienia | zam",
    "sv": "*beställning* | *beställningsnummer | order nr | *ordernummer | *ordernumret | *ordern | best nr",
    "tr": "sipariş* | sipariş numara* | sipariş no | sipariş nu | sipariş kodu",
    "ja": "注文番号 | 注文id | 注文no | オーダー番号 | 注文書番号 | 受注番号 | ご注文番号 | 注文",
    "zh": "订单号 | 订单编号 | 订单号码 | 订单id | 订单 | 訂單 | 訂單號 | 訂單編號 | 單號",
}

TRACKING = {
    "de": "*sendungsnummer | *sendungsnummern | *sendungs nr | *sendungs id | sendungsverfolgungsnummer"
    " | sendungsverfolgungs nr | *paketnummer | *paketnummern | *paket nr | *paket id | *leitcode | *leitnummer"
    " | tracking nummer | trackingnummern | tracking nr | *paketscheinnummer | *frachtbrief nr"
    " | *frachtbriefnummer | *sendungscode | identcode | *verfolgungsnummer | paketschein nr | sendungskennung"
    " | sdg nr",
    "en": "tracking | tracking number | tracking numbers | tracking no | tracking nos | tracking id | tracking ids"
    " | tracking code | tracking codes | tracking ref | tracking reference | track id | tracking nr"
    " | consignment number | consignment no | parcel number | parcel no | parcel id | waybill | waybill number"
    " | waybill no | air waybill | awb | awb no | awb number | shipment tracking | package id | airwaybill"
    " | pro number fedex | tracking num",
    "fr": "suivi | n° de suivi | numéro de suivi | numéros de suivi | n° suivi | no de suivi | numéro de colis"
    " | n° de colis | numéro d'envoi | n° d'envoi | numéro du colis | code de suivi | numéro d'expédition"
    " | suivi colis | lettre de voiture",
    "it": "tracking | numero di spedizione | numero spedizione | numero di tracking | numero tracking"
    " | codice di tracking | codice tracking | codice di tracciamento | numero di tracciamento | tracciamento"
    " | codice spedizione | lettera di vettura | ldv | numero di tracciatura | codice di spedizione"
    " | numero del pacco",
    "es": "seguimiento | número de seguimiento | números de seguimiento | nº de seguimiento | código de seguimiento"
    " | número de envío | nº de envío | código de envío | localizador | localizador de envío | n.º de seguimiento"
    " | núm de seguimiento | código de rastreo | número de rastreo",
    "nl": "zendingsnummer | zendingnummer | trackingnummer | track en trace | track & trace | track&trace"
    " | track en trace code | track & trace code | track&trace code | t&t code | pakketnummer"
    " | barcode van het pakket | verzendnummer | trackingcode | volgnummer | barcode pakket | barcode zending",
    "pl": "numer nadania | numer przesyłki | numery przesyłek | nr przesyłki | numer listu przewozowego"
    " | nr listu przewozowego | list przewozowy | numer śledzenia | nr śledzenia | numer listu | numer paczki"
    " | nr paczki | nr nadania | kod śledzenia",
    "sv": "spårningsnummer* | spårnings nr | spårnings id | kollinummer* | kolli nr | kolli id | sändningsnummer*"
    " | sändnings id | försändelsenummer | försändelse id | paketnummer* | fraktsedelsnummer | spårningskod*",
    "tr": "takip numara* | takip no | takip nu | takip kodu | kargo takip | kargo takip no | kargo takip numara*"
    " | kargo no | kargo numara* | gönderi no | gönderi numara* | gönderi takip no | kargo kodu"
    " | barkod numarası kargo",
    "ja": "伝票番号 | 追跡番号 | お問い合わせ番号 | お問い合せ番号 | 問い合わせ番号 | お問合せ番号 | 送り状番号"
    " | 送り状no | 配送番号 | トラッキング番号 | 荷物番号 | 問合せ番号 | 追跡id | トラッキングid",
    "zh": "物流单号 | 运单号 | 运单号码 | 快递单号 | 跟踪号 | 追踪号 | 跟踪号码 | 追踪号码 | 跟踪编号 | 追踪编号"
    " | 跟踪码 | 追踪码 | 货运单号 | 包裹号 | 物流号 | 快递号 | 運單號 | 物流單號 | 追蹤號 | 追蹤號碼 | 快遞單號"
    " | 单号 | 追蹤碼",
}

# A carrier's name alone is a weak sign: only long numbers behind it are believed.
CARRIER = {
    "de": "*sendungsverfolgung",
    "*": "ups | dhl | dhl paket | dhl express | dpd | gls | hermes | fedex | usps | inpost | brt | seur | correos"
    " | postnl | postnord | evri | royal mail | yodel | colissimo | chronopost | la poste | poste italiane | sda"
    " | bartolini | nacex | mrw | gls italy | yurtiçi kargo | yurtiçi | aras kargo | aras | mng kargo | mng"
    " | ptt kargo | sf express | yunexpress | yanwen | 4px | amazon logistics | poczta polska | orlen paczka"
    " | dpd polska | mondial relay | schenker | paczkomat | paczkomaty | bring | db schenker | tnt",
    "ja": "ヤマト | ヤマト運輸 | 佐川 | 佐川急便 | クロネコヤマト | 日本郵便 | ゆうパック",
    "zh": "顺丰 | 顺丰速运 | 圆通 | 中通 | 申通 | 韵达 | 云途 | 燕文 | 順豐",
}

GTIN = {
    "*": "ean | eans | ean code | ean codes | ean 8 | ean 13 | gtin | gtins | gtin 8 | gtin 12 | gtin 13 | gtin 14"
    " | upc | upcs | upc a | upc code | upc codes | jan | jan code | ean nr | ean no | ean nummer | ean number"
    " | ean numbers | gtin nr | upc number | ean upc | ean gtin | upc ean",
    "de": "*strichcode | *strichcodes | *barcode | *barcodes | ean codes",
    "en": "bar code | bar codes | barcode number",
    "fr": "code barres | codes barres | code à barres | code barre | gencod | codes ean | code ean",
    "it": "codice a barre | codici a barre | codice ean | codici ean",
    "es": "código de barras | códigos de barras | código ean | códigos ean",
    "nl": "*streepjescode | *streepjescodes",
    "pl": "kod kreskowy | kodu kreskowego | kody kreskowe | kod ean | kody ean | kodu ean",
    "sv": "*streckkod | *streckkoden | *streckkoder | ean kod",
    "tr": "barkod* | barkod no | barkod numara* | ean kodu",
    "ja": "バーコード | janコード | eanコード | 商品バーコード | バーコード番号",
    "zh": "条形码 | 条码 | 商品条码 | ean码 | upc码 | 條碼 | 條形碼",
}

SELLER = {
    "de": "händler id | händlerkennung | händlernummer | händler nr | händler token | verkäufer id"
    " | verkäuferkennung | verkäufernummer | verkäufer nr | verkäufer token | haendler id | verkaeufer id"
    " | händlertoken | verkäufertoken",
    "en": "seller id | seller ids | sellerid | seller number | seller token | merchant id | merchant token"
    " | merchant tokens | merchant identifier | merchant number | seller identifier | seller account id"
    " | merchant customer id",
    "fr": "identifiant vendeur | identifiant de vendeur | identifiant du vendeur | id vendeur | id de vendeur"
    " | jeton marchand | jeton de marchand | identifiant marchand | identifiant de marchand | id marchand"
    " | jeton du marchand | token marchand | numéro de vendeur | jeton vendeur",
    "it": "id venditore | id del venditore | codice venditore | token venditore | token del venditore"
    " | identificativo venditore | identificativo del venditore | token commerciante | id commerciante"
    " | merchant token",
    "es": "id de vendedor | id del vendedor | id vendedor | identificador de vendedor | identificador del vendedor"
    " | token de vendedor | token del vendedor | token de comerciante | código de vendedor | id de comerciante"
    " | identificador de comerciante | número de vendedor | token comercial | token del comerciante",
    "nl": "verkoper id | verkopers id | verkoper token | verkoperstoken | handelaars id | handelaarstoken"
    " | verkopernummer | verkopersnummer | verkoop id | verkoper nummer",
    "pl": "id sprzedawcy | identyfikator sprzedawcy | identyfikatorem sprzedawcy | token sprzedawcy"
    " | token handlowca | numer sprzedawcy | kod sprzedawcy | identyfikator handlowca | id sprzedającego",
    "sv": "säljar id | säljarid | säljar id:t | säljartoken | säljarens id | handlar id | säljarnummer"
    " | handlartoken | säljar token | handlarens id",
    "tr": "satıcı kimliği | satıcı kimliğimiz | satıcı kimlik no | satıcı id | satıcı no | satıcı kodu"
    " | satıcı numara* | satıcı token | mağaza id | satıcı belirteci | satıcı jetonu",
    "ja": "出品者id | セラーid | 出品用id | マーチャントトークン | 出品者トークン | セラートークン | マーチャントid"
    " | 販売者id | 出品者番号",
    "zh": "卖家编号 | 卖家id | 卖家记号 | 商家记号 | 卖家令牌 | 商家id | 卖家身份 | 商家编号 | 卖家代码 | 店铺id"
    " | 卖家标识 | 賣家編號 | 賣家id",
}

CASE = {
    "de": "*fall | *falls | *fälle | *fällen | *fall id | *fall ids | *fallnummer | *fall nr | *vorgang"
    " | *vorgangsnummer | *vorgangs nr | *vorgangs id | ticket | ticketnummer | ticket nr | ticket id"
    " | *fallnummern | case nummer | *vorgänge | *vorgangskennung",
    "en": "case | cases | case id | case ids | case number | case numbers | case no | case ref | case reference"
    " | case nr | ticket number | ticket no | support case | support ticket | tickets",
    "fr": "dossier | dossiers | numéro de dossier | n° de dossier | n° dossier | numéro de cas | n° de cas"
    " | id de dossier | id du dossier | id de cas | cas | id du cas | identifiant du cas | référence du dossier"
    " | réf dossier | numéro du dossier | numéro du cas | n° du cas | n° cas | ticket",
    "it": "caso | casi | id caso | id del caso | numero caso | numero del caso | numero di caso | pratica"
    " | numero pratica | numero di pratica | segnalazione | numero segnalazione | id pratica | numero di ticket"
    " | numero ticket | caso id",
    "es": "caso | casos | id de caso | id del caso | id caso | número de caso | número del caso | nº de caso"
    " | nº caso | expediente | número de expediente | incidencia | número de incidencia | nº de incidencia"
    " | caso id",
    "nl": "zaak | zaaknummer | zaak id | case nummer | casenummer | dossiernummer | zaaknr | ticketnummer | zaken"
    " | dossier nr",
    "pl": "sprawa | sprawy | sprawę | sprawie | numer sprawy | nr sprawy | id sprawy | zgłoszenie | zgłoszenia"
    " | zgłoszeniu | numer zgłoszenia | nr zgłoszenia | id zgłoszenia | identyfikator sprawy | numer przypadku",
    "sv": "ärende | ärendet | ärenden | ärendenummer* | ärende nr | ärende id | ärende id:t | fall id | *fallnummer",
    "tr": "vaka | vaka numara* | vaka no | vaka id | vaka kimliği | talep no | talep numara* | dosya no"
    " | destek talebi | vakanız | bilet no | vaka kodu",
    "ja": "ケースid | ケース番号 | ケースno | ケース | お問い合わせid | 問い合わせid | チケット番号",
    "zh": "案例编号 | 案例id | 案例号 | 案例 | 问题编号 | 案件编号 | 案件号 | 案件id | case编号 | 问题id | 工单号"
    " | 工单编号 | 案件 | 個案編號 | case号",
}

ERROR = {
    "de": "*fehler | *fehlern | *fehlermeldung | *fehlermeldungen | *fehlernummer | *fehler nr | fehlertext"
    " | meldung | fehler id",
    "en": "error | errors | error message | error messages | error id | error number | error no | err | error msg",
    "fr": "erreur | erreurs | message d'erreur | erreur numéro | n° d'erreur | numéro d'erreur",
    "it": "errore | errori | messaggio di errore | messaggio d'errore | numero di errore",
    "es": "error | errores | mensaje de error | número de error",
    "nl": "*fout | *fouten | *foutmelding | *foutmeldingen | foutnummer",
    "pl": "błąd | błędu | błędem | błędzie | błędy | błędów | komunikat błędu | numer błędu | komunikat o błędzie",
    "sv": "*felmeddelande* | fel | felet | felnummer*",
    "tr": "hata | hatası | hatayı | hatasını | hatalar* | hata mesajı | hata numara* | hata no",
    "ja": "エラー | エラーメッセージ | エラー番号",
    "zh": "错误 | 错误信息 | 报错 | 错误提示 | 錯誤 | 错误编号",
}

ERROR_CODE = {
    "de": "*fehlercode | *fehler code | *fehlercodes | *fehler codes | *fehlerkode | fehlerschlüssel | fehlerkodes"
    " | *fehlerkennung",
    "en": "error code | error codes | err code | errcode | errorcode",
    "fr": "code d'erreur | codes d'erreur | code erreur | codes erreur | code de l'erreur | codes d'erreurs",
    "it": "codice errore | codice di errore | codice d'errore | codici di errore | codici errore | codice dell'errore",
    "es": "código de error | códigos de error | código error | cód error | códigos de errores | código del error",
    "nl": "*foutcode | *foutcodes | fout code",
    "pl": "kod błędu | kody błędów | kodem błędu | kodu błędu | kody błędu | kodzie błędu | kodów błędów",
    "sv": "*felkod | *felkoden | *felkoder | *felkoderna",
    "tr": "hata kodu | hata kodları | hata kodunu | hata kod | hata kodumuz | hata kodlar*",
    "ja": "エラーコード | エラーコ-ド | エラーコードは",
    "zh": "错误代码 | 错误码 | 报错代码 | 錯誤代碼 | 错误代号 | 报错码 | 錯誤碼",
}

SKU = {
    "*": "sku | skus | msku | mskus | seller sku | seller skus | merchant sku | merchant skus | item sku | sku nr"
    " | sku no | sku id | sku nummer | sku number | sku code | mfn sku | afn sku | your sku | vendor sku",
    "de": "*händler sku | *verkäufer sku | haendler sku | *sku nummer | händler skus"
    " | händler artikelnummer | händlerartikelnummer | verkäufer artikelnummer | artikelnummer des händlers"
    " | artikelnummer des verkäufers | händler artikel nr | verkäufer artikel nr",
    "fr": "sku vendeur | sku du vendeur | sku marchand | ugs | code sku | sku n° | skus vendeur"
    " | référence vendeur | références vendeur | référence du vendeur | réf vendeur | référence article vendeur"
    " | référence marchand | réf marchand | référence sku",
    "it": "sku venditore | sku del venditore | codice sku | codici sku"
    " | codice articolo venditore | codice articolo del venditore | riferimento venditore"
    " | riferimento del venditore | rif venditore",
    "es": "sku del vendedor | sku de vendedor | sku vendedor | código sku | códigos sku"
    " | referencia del vendedor | referencia de vendedor | referencia vendedor | ref vendedor | ref del vendedor",
    "nl": "verkoper sku | verkopers sku | sku nummer | sku's | sku code"
    " | artikelnummer van de verkoper | artikelnummer verkoper | verkopersartikelnummer | referentie verkoper",
    "pl": "sku sprzedawcy | kod sku | kodu sku | kody sku | numer sku | nr sku"
    " | numer artykułu sprzedawcy | nr artykułu sprzedawcy | indeks sprzedawcy | symbol sprzedawcy",
    "sv": "säljar sku | säljarens sku | sku nummer | sku er | sku n | sku:n"
    " | säljarens artikelnummer | säljarens artikel nr | säljarens referens",
    "tr": "satıcı sku | sku kodu | sku kodumuz | sku numara* | stok kodu | sku'su | sku'muz | sku'lar*"
    " | satıcı stok kodu"
    " | satıcı ürün kodu | satıcı referansı | satıcı ürün numara*",
    "ja": "出品者sku | 商品sku | セラーsku | skuコード | sku番号 | 出品者商品番号 | 出品者商品コード",
    "zh": "卖家sku | 商家sku | sku编码 | sku编号 | sku号 | sku码"
    " | 卖家商品编号 | 卖家商品编码 | 商家编码 | 商家商品编码",
}

INVOICE = {
    "de": "*rechnung | *rechnungen",
    "en": "invoice | invoices | credit note",
    "fr": "facture | factures | avoir n°",
    "it": "fattura | fatture | nota di credito",
    "es": "factura | facturas",
    "nl": "*factuur | *facturen",
    "pl": "faktura | faktury | fakturę | fakturze | faktur | fakturą",
    "sv": "*faktura | *fakturan | *fakturor | *fakturorna",
    "tr": "fatura* | faturalar*",
    "ja": "請求書 | インボイス",
    "zh": "发票 | 發票",
}

# Labels that say "number of the invoice": plain digits behind them are believed too.
INVOICE_NUMBER = {
    "de": "*rechnungsnummer | *rechnungs nr | *rechnungsnummern | *rechnung nr | *rechnungs no | *rechnung nummer"
    " | re nr | rg nr | *rechnungs id | belegnummer rechnung | *rechnung no | rechn nr | rech nr",
    "en": "invoice number | invoice numbers | invoice # | invoices # | inv #"
    " | invoice no | invoice nos | invoice id | invoice nr | inv no"
    " | invoice ref | invoice reference | inv number | invoice num",
    "fr": "numéro de facture | numéros de facture | n° de facture | facture n° | facture numéro | facture no"
    " | no de facture | n° facture | réf facture | factures n° | référence de facture | facture fournisseur n°",
    "it": "numero fattura | numero di fattura | fattura n | fattura nr | fattura n° | fattura numero | n fattura"
    " | fatture n | numero della fattura | ft n",
    "es": "número de factura | números de factura | nº de factura | factura nº | factura n° | factura número"
    " | nº factura | factura núm | núm de factura | n.º de factura | número de la factura",
    "nl": "*factuurnummer | *factuurnummers | *factuur nr | *factuur no | *factuurnr",
    "pl": "numer faktury | nr faktury | faktura nr | faktury nr | fakturę nr | numery faktur | faktura numer"
    " | faktura vat nr | faktury vat nr | fakturze nr | fakturę vat nr | nr fv | fv nr",
    "sv": "*fakturanummer* | *faktura nr | *fakturanr | *faktura nummer",
    "tr": "fatura numara* | fatura no | fatura nu | fatura seri no | faturanın numarası",
    "ja": "請求書番号 | 請求書no | インボイス番号 | 請求番号",
    "zh": "发票号 | 发票号码 | 发票编号 | 發票號碼 | 發票號 | 發票編號",
}

ASIN = {
    "*": "asin | asins | asin code | asin nr | asin nummer | asin number | parent asin | child asin | asin's"
    " | asin码 | asin编码",
}

ISBN = {
    "*": "isbn | isbns | isbn 10 | isbn 13 | isbn nr | isbn nummer | isbn number | e isbn | eisbn | codice isbn",
}

FNSKU = {
    "*": "fnsku | fnskus | fn sku | fn skus | fnsku code",
}

IBAN = {
    "*": "iban | ibans | iban nr | iban nummer | iban no | iban number | iban code | codice iban | numer iban",
}

VAT = {
    "de": "ust id | ust idnr | ust id nr | umsatzsteuer id | umsatzsteuer identifikationsnummer | ustid | uid"
    " | uid nr | uid nummer | mwst nr | mwst nummer | umsatzsteuernummer | ust nr",
    "en": "vat | vat id | vat number | vat no | vat reg no | vat registration number | vat reg | vat registration"
    " | vat nr",
    "fr": "tva | n° tva | numéro de tva | n° de tva | tva intracommunautaire | numéro de tva intracommunautaire",
    "sv": "moms nr | momsregistreringsnummer | momsnummer | moms reg nr",
    "tr": "kdv no | vat no",
    "ja": "vat番号",
    "zh": "vat税号 | vat号 | vat号码 | 增值税号 | 税号",
}

# Behind these the country of a VAT number may be missing: the label says it.
VAT_PL = {
    "pl": "nip | nip ue | numer nip | nr nip | vat ue | vat eu",
}

VAT_IT = {
    "it": "partita iva | p iva | p. iva | piva | p.iva | p.i.v.a. | partitaiva",
}

VAT_ES = {
    "es": "nif | cif | nif iva | n.i.f. | c.i.f. | número de iva | nif-iva",
}

VAT_NL = {
    "nl": "btw | btw nummer | btw id | btw nr | btw identificatienummer",
}

# What has the make of a seller's id behind these is a marketplace's, a coupon, a part, a payment.
NO_SELLER = {
    "*": "marketplace | marketplaces | marketplace id | marketplace ids | marketplace code | id marketplace"
    " | coupon | coupon code | voucher | voucher code | promo code | password | part number | part no | item number"
    " | item no | transaction id | transaction | payment id | settlement id | activation code | license key",
    "de": "gutschein | *gutscheincode | *passwort | *kennwort | artikel nr | artikelnummer | *teilenummer | teile nr"
    " | transaktions id | *transaktion | zahlungs id | lizenzschlüssel | *marktplatz | *marktplatz id"
    " | *marktplatzkennung",
    "fr": "code promo | mot de passe | numéro de pièce | référence pièce | id de transaction | place de marché"
    " | id de place de marché | identifiant de la place de marché",
    "it": "codice promozionale | codice sconto | codice articolo | id transazione | id del marketplace",
    "es": "cupón | código promocional | contraseña | número de pieza | id de transacción | id del marketplace |"
    " mercado | id de mercado",
    "nl": "kortingscode | wachtwoord | artikelnummer | onderdeelnummer | transactie id | marktplaats | marktplaats id",
    "pl": "kod rabatowy | hasło | numer części | id transakcji | identyfikator rynku | id rynku",
    "sv": "rabattkod | lösenord | artikelnummer | transaktions id | marknadsplats | marknadsplats id",
    "tr": "kupon kodu | parça numarası | işlem kimliği | pazaryeri | pazaryeri id",
    "ja": "クーポンコード | パスワード | マーケットプレイス | マーケットプレイスid",
    "zh": "优惠码 | 密码 | 站点id | 市场id",
}

# What stands behind these is somebody else's number, whatever it looks like.
FOREIGN = {
    "*": "serial number | serial no | serial | serial nr | s/n | seriennummer | serien nr | imei | imei nr | batch"
    " | batch no | batch number | charge | chargen nr | chargennummer | charge nr | lot no | lot number | lot nr"
    " | lot n° | numéro de série | n° de série | numero di serie | número de serie | serienummer | numer seryjny"
    " | nr seryjny | model | model no | model number | modell | modell nr | modellnummer | numéro de lot"
    " | n° de lot | numero di lotto | lotto | lotnummer | partijnummer | numer partii | seri no | seri numara*"
    " | parti no | número de lote | lote | 序列号 | 批号 | 型号 | シリアル番号 | ロット番号 | 型番 | typ nr | mac"
    " | mac address | firmware | guid | uuid | commit | hash | sha | modellbezeichnung | modello | modelo"
    " | modèle",
}
