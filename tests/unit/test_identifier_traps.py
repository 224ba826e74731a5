"""Numbers and words that look like identifiers and are none, in all languages: nothing is found in them."""

import pytest

from ingest.identifiers.search import find_identifiers

TRAPS = {
    "de": """
HRB 123456 B Amtsgericht Köln
Steuernummer 12/345/67890
St.-Nr. 133/8150/8159
Steuer-ID 12 345 678 901
BLZ 370 400 44
BIC COBADEFFXXX
Kontonummer 1234567890
Kundennummer 1234567890
Datum 12.11.2026
am 2026-11-12 um 14:35
1.234,56 EUR
Gesamt: 4.500,00 €
PLZ 50667 Köln
550e8400-e29b-41d4-a716-446655440000
UUID: B0e84001-e29b-41d4-a716-446655440000
<20261112100200.1234567890@mx.example>
seller+302-1234567-7654321@relay.example
https://news.example/2026/11/12/fehler-8541-xyz
BESTELLUNG BETRIEBSRAT
BADEZIMMER
Bluetooth 5.0
B0 Papier
B-Ware
Seriennummer: X00A1B2C3D
IMEI 490154203237518
Charge B0A1C2D3E4
Modell WM-2026-B0
Firmware 4012
IP 192.168.178.100
GPS 50.9375, 6.9603
[CP-4821773099]
Fall [CP-4821773098]
Vorgang [CP-4821773099] Fall-ID
die SKU fehlt seit 2026
SKU und EAN
keine SKU angegeben
SKUs: 14
Anzahl SKU 250 Stück
SKU-Liste vom 12.11.2026
ASIN fehlt
ASIN gelöscht
EAN ungültig
EAN 4004891678865
EAN: 0000000000000
Fehler in 3 von 8541 Zeilen
Fehler 12
3 Fehler
Fehler am 12.11.2026
Fehler um 14:35 Uhr
Fehler: 4500 EUR fehlen
Fehler bei 8541 Artikeln
Tippfehler
Stiefel 4200
Löffel 1000 Stück
Rechnung vom 12.11.2026 über 1.234,56 EUR
Rechnung 4711
Rechnung 4500 EUR
Lieferschein 2026-1103-0087
Avis-Nr. 20261112-0044
Artikelnummer 4711-0815
Art.-Nr. 123456
Vertragsnummer 302123456
Angebot AN-2026-0042
Projekt 2026-117
Ticketpreis 12,50 EUR
Tracking seit 12.11.2026
Tracking 3 Tage
Sendungsnummer fehlt
Sendungsnummer folgt am 12.11.2026 14:35
RR874191764DE
00343732661488849195
DE88 7015 0000 5514 1711 66
DE 179 944 162
WEEE-Reg.-Nr. DE 12345678
LUCID DE4417731020887
EORI DE1234567
ISBN 3-556-28463-5
DIN EN 12345
CE 0123
EN 71-3:2019
Zolltarifnummer 85167970
FBA Lager
FBA-Sendung 2026
FBA2026EXPORT
seller id ABSENDER
Händler-ID fehlt
A1PA6795UKMFR9
Kreditkarte 4111 1111 1111 1111
Pakete: 3
Paket 2 von 12
302-4910928-19518031
1302-4910928-1951803
2026-1103-0087
4711 Köln
Bestellung 4711
Bestellung vom 12.11.2026
10.000.000.000
Öffnungszeiten 09:00-18:00
3,5 kg / 30x20x10 cm
30 x 20 x 10 cm, 1200 g
Meeting-ID: 987 6543 2101
PIN 8541
Code 123456
Excel 2016
Mandatsreferenz MR-2026-0042
Gläubiger-ID DE98ZZZ09999999999
2026111910000123
wir haben 12345 Artikel
12345678 Aufrufe
Stand: 11/2026
KW 47
die SKU hat 4500 Aufrufe
Fehler bei 8541 ASINs
Fehler mit 8541 Angeboten
SKU seit 2026 gelistet
SKU 2026
Rechnung für 3 Monate
Fehler in Zeile 8541
Bestellung über 4500 Euro
Der Fall dauert seit 2026
Rechnung an Kunde 10045821
Sendung mit 12 Paketen
Tracking zeigt seit 14 Tagen nichts
EAN-Code mit 13 Stellen
Fehler tritt seit 1200 Uhr auf
USt 19 %
IBAN fehlt
IBAN: siehe Anhang 2026
Ticket vom 12.11.2026
Sendungsnummer 20261112
Rechnungsdatum 12.11.2026
Rechnungsbetrag 10045821
Rechnungskauf 4500
Bestelldatum 20261112
SKU-Anzahl 1200
Fehlerquote 8541
Fehleranzahl: 8541
Fallzahl 12542003071
""",
    "nl": """
KvK 12345678
Zaak gesloten op 12-11-2026
factuur van 1200 euro
""",
    "pl": """
KRS 0000123456
REGON 123456785
faktura z 12.11.2026
fakturę na 1200 zł
""",
    "fr": """
SIRET 732 829 320 00074
SIREN 732829320
RCS Paris 732 829 320
numéro de série : B0A1C2D3E4
facture du 12/11/2026
facture de 1 234,56 €
suivi depuis le 12/11/2026
suivi 3 colis
""",
    "en": """
SWIFT: NTSBDEB1XXX
customer no. 12345678
customer number 302-12345
12/11/2026 14:35:22
$1,234.56
SW1A 2AA London
commit 3f786850e387550fdab836ed7e6dc881de23001b
hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
Message-ID: <B0BVPF2QMV.302-1234567-7654321@mail.example>
https://track.example/p.gif?u=B0A1B2C3D4&e=302
https://track.example/open?mid=12542003071
https://shop.example/?utm_source=8541&gclid=EAIaIQobChMI1Z0F79W70176828137
Serial number B0A1C2D3E4
S/N: B0A1C2D3E4
IMEI: 49 015420 323751 8
Lot no. B0A1C2D3E4
batch number 1234567890123
model number KW-220
Version 8541.2
version 1.2.3.4567
v2026.11.12
Port 8080
10.0.0.1:8541
HTTP 404
HTTP 500 error
HTTP/1.1 503 Service Unavailable
status 1042
lat 51.5074 lon -0.1278
Re: [CP-1234567890] case
case CP-4821773099
order 66
case 22 pieces
case study 2026
in case 12345 is needed
SKU not found
the SKU is missing
SKU x 25
250 SKUs
EAN 1234567890123
1000 errors
250 errors in 8541 rows
error on 2026-11-12
error at 12:30
errors: 1500 units
invoice of 12/11/2026
invoice for 1234.56 USD
article no 1234567
PO 4500123456
PO number 4500123456
tracking not updated since 2026-11-12
1Z0F79W70176828138
ORCID 0000-0002-1825-0097
ISSN 1234-5678
ISO 9001:2015
HS code 8516.79.70
UN3481
fba
Seller ID missing
marketplace A1PA6795UKMFR9
order of 12 Nov 2026
0x00
#FF8541
color #302123
zoom 987 6543 2101
Passcode 854123
OTP code 854123
verification code 854123
Promo code SAVE2026
Windows 11 23H2 Build 22631.4541
iPhone 15 Pro Max A3106
TLS 1.3
Reference 2026-0042
ref. 12345678
1732000000
1793696564123
17936965641231263
9781234567890
Q4 2026
24/7
the SKU has 1200 views
error for 8541 ASINs
error with 8541 listings
the case has 12345678901234 items
error in row 8541
error in line 1042
GTIN exemption 2026
error 1 of 8541
order 1200 units
invoice for 10045821 units
VAT 19%
VAT: 1234.50
seller ID is wrong since 2026
Case closed on 20261112
case closed 12/11/2026 14:35
invoice date 20261112
tracking updated 20261112143500
error rate 8541 ppm
crash in case of a loading error. [#3510]
We saw an error. 8541 rows were affected.
0000000 1c 00 01 00 00 00 08 00 00 00 20 00 00
error log 20261112
""",
    "es": """
la SKU no aparece
factura de 1.234,56 EUR
el caso lleva 2026 horas
NIF no válido
""",
    "it": """
fattura del 12/11/2026
errore per 8541 articoli
ordine di 1200 pezzi
fattura da 1200 euro
""",
    "sv": """
faktura 2026-11-12
beställning på 1200 kr
felet i 1200 rader
""",
    "tr": """
fatura tarihi 12.11.2026
hata 1000 kez
""",
    "zh": """
请在2026-11-12前开发票
错误1000个
SKU 5000件
""",
    "ja": """
请求书 2026年11月12日
2026年11月12日 14:35
エラーが1000件
""",
}
CASES = [
    pytest.param(text, language, id=f"{language}: {text}")
    for language, texts in TRAPS.items()
    for text in texts.strip().split("\n")
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_a_look_alike_is_no_identifier(text: str, language: str) -> None:
    for layout in ("{}", "Guten Tag,\n{}\nDanke", "We mean {}, yes.", "> {}\n> ok"):
        assert find_identifiers(layout.format(text), language) == ()


def test_there_are_enough_traps() -> None:
    assert len(CASES) > 250
