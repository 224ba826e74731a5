"""The words that stand before an identifier, by kind, in all languages of the product, and what may stand between."""

import re

# Between label and value: punctuation, and small words such as "Nr.", "is", "lautet". Bounded, so it stays linear.
_PUNCTUATION = r"[\s:=#.\"'„“”‘’«»()\[\]*|：（）「」-]{0,4}"
_SMALL_WORDS = (
    r"(?:nr|no|nº|n°|n|num|id|ids|nummer|number|numéro|numero|número|numer|numarası|code|kod|ups|dhl|dpd|gls"
    r"|fedex|hermes"
    r"|lautet|ist|is|was|war|were|sind|es|è|era|est|était|sont|är|jest|to|olan|olarak|bei|auch bei|von|der"
    r"|of)(?![A-Za-zÀ-ž])"
)
_GAP = rf"(?:{_PUNCTUATION}(?i:{_SMALL_WORDS}|[是为為はの])){{0,3}}{_PUNCTUATION}[ \t]{{0,20}}"

_NOT_IN_WORD = r"(?<![A-Za-zÀ-ž])"

LABELS: dict[str, str] = {
    "order": r"(?i:bestell(?:nummer|nr|-nr|ung)|auftrags(?:nummer|nr)|order|commande|ordine|pedido|bestelling"
    r"|zamówieni[ea]"
    r"|beställning|sipariş|注文番号|订单号?|訂單)",
    "tracking": r"(?i:(?:sendungs|sendungsverfolgungs|paket|leit|tracking)-?(?:nummer|nr|id|code)|leitcode"
    rf"|{_NOT_IN_WORD}tracking(?: (?:number|no|id|code))?|(?:numéro de |n° de )?suivi|numero di (?:spedizione|tracking)"
    r"|(?:número de )?seguimiento|zendingsnummer|barcode van het pakket|numer (?:nadania|przesyłki|listu)"
    r"|spårningsnummer(?:et)?|kollinummer|kollinr|takip numarası|kargo takip(?: no)?|伝票番号|追跡番号|物流单号"
    r"|运单号|快递单号)",
    "gtin": rf"(?:{_NOT_IN_WORD}(?:EAN|GTIN|UPC|JAN)(?:-?(?:8|12|13|14|Code|code))?(?![A-Za-z])"
    rf"|(?i:{_NOT_IN_WORD}(?:strichcode|bar ?code|barkod|code-barres|codice a barre|código de barras"
    rf"|streepjescode|streckkod))"
    r"|条形码|バーコード)",
    "seller": rf"(?i:{_NOT_IN_WORD}(?:händler|verkäufer)-?\s?(?:id|kennung|nummer)|{_NOT_IN_WORD}seller[ -]?id"
    rf"|{_NOT_IN_WORD}merchant[ -]?(?:token|id)|identifiant (?:de )?vendeur|id (?:del )?(?:venditore|vendedor)"
    rf"|codice venditore"
    r"|identificador de vendedor|verkoper(?:s)?-?id|id sprzedawcy|säljar-?id|satıcı (?:kimliği|id|no)|卖家编号"
    r"|卖家id|賣家編號"
    r"|出品者id|セラーid)",
    "case": rf"(?i:{_NOT_IN_WORD}(?:fall|vorgangs|ticket)-?\s?(?:nummer|nr|id)|{_NOT_IN_WORD}case(?:[ -]?(?:id"
    rf"|number|no|nr))?"
    rf"|(?:numéro|n°)\s(?:de\s)?(?:dossier|cas)|{_NOT_IN_WORD}dossier|id (?:de )?caso|numero (?:di )?(?:pratica|caso)"
    rf"|(?:número|id) de(?:l)? caso|{_NOT_IN_WORD}caso|zaaknummer|numer sprawy|id sprawy|ärendenummer|vaka"
    rf" (?:numarası|no|id)"
    r"|ケースid|案例(?:编号|id|号)|问题编号)",
    "error": rf"(?i:{_NOT_IN_WORD}fehler(?:-?\s?(?:code|nummer|meldung|nr))?|{_NOT_IN_WORD}error(?:[ -]?(?:code"
    rf"|message|id))?"
    rf"|{_NOT_IN_WORD}(?:code d['’]\s?)?erreur|{_NOT_IN_WORD}(?:codice (?:di )?)?errore|{_NOT_IN_WORD}foutcode"
    rf"|{_NOT_IN_WORD}fout(?:melding)?|{_NOT_IN_WORD}(?:kod )?(?:błąd|błędu)|{_NOT_IN_WORD}felkod(?:en)?"
    rf"|{_NOT_IN_WORD}fel"
    rf"|{_NOT_IN_WORD}hata(?: kodu)?|エラー(?:コード)?|错误(?:代码|码)?|錯誤(?:代碼)?)",
    "sku": rf"(?:{_NOT_IN_WORD}(?:(?:Händler|Seller|seller|Merchant)[ -]?|[Mm])?(?:SKU|sku|Sku)(?:-?(?:Nr"
    rf"|Nummer|No)\.?)?"
    r"(?![A-Za-z]))",
    "invoice": rf"(?i:rechnung(?:en|s-?(?:nummer|nr\.?))?|{_NOT_IN_WORD}invoices?(?: (?:number|no\.?|id))?"
    rf"|{_NOT_IN_WORD}factures?|{_NOT_IN_WORD}fattur[ae]|{_NOT_IN_WORD}facturas?|{_NOT_IN_WORD}factu(?:ur"
    rf"|ren)(?:nummer)?"
    rf"|{_NOT_IN_WORD}faktur[aęy]?(?:nummer)?|{_NOT_IN_WORD}fatura|請求書番号|发票号?)",
}


def labelled(label: str, value: str, gap: str = _GAP) -> re.Pattern[str]:
    """A pattern for a value (group `v`) that stands behind one of the label's words."""
    return re.compile(rf"(?:{label}){gap}(?<![0-9A-Za-z-])(?P<v>{value})")
