"""Text is read as it was meant: by its label where that can be, by its octets where the label is wrong or missing."""

import encodings.aliases
import json
import time

import pytest

from ingest.read.charset import decode_text
from ingest.read.charset_guess import guess_codec
from ingest.read.defects import Defects
from ingest.read.reader import read

CHINESE = "您好，我的订单 302-1234567-7654321 还没有收到退款，请帮助我处理。"
TAIWAN = "您好，我的帳號被停用了，請幫助我處理退款。"
JAPANESE = "お世話になっております。注文した商品がまだ届いていません。"
KOREAN = "안녕하세요. 주문한 상품이 아직 도착하지 않았습니다."
RUSSIAN = "Здравствуйте, мой заказ ещё не доставлен. Помогите, пожалуйста."
POLISH = "Dzień dobry, moja przesyłka jeszcze nie dotarła, proszę o zwrot pieniędzy."
TURKISH = "Merhaba, siparişim hâlâ ulaşmadı, yardımcı olur musunuz?"
GERMAN = "Guten Tag, für die Rücksendung möchte ich die Gebühr zurück – bitte prüfen."
GREEK = "Καλησπέρα, η παραγγελία μου δεν έχει φτάσει ακόμα."

LABELLED = [
    ("gb2312", "gb18030", "朱镕基的订单"),
    ("GB_2312-80", "gbk", CHINESE),
    ("ks_c_5601-1987", "cp949", "똠방각하 주문"),
    ("hz-gb-2312", "hz", "订单问题"),
    ("big5", "big5hkscs", TAIWAN),
    ("Shift_JIS", "cp932", "①注文㈱"),
    ("iso-2022-jp", "iso2022_jp_ext", JAPANESE),
    ("cp50221", "iso2022_jp", JAPANESE),
    ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
    ("x-mac-ce", "mac_latin2", POLISH),
    ("macintosh", "mac_roman", "Grüße"),
    ("koi8-u", "koi8_u", "її замовлення"),
    ("iso-8859-1", "cp1252", "„Grüße“ – 5 €"),
    ("iso-8859-9", "cp1254", TURKISH),
    ("iso-8859-7", "cp1253", "Ά – " + GREEK),
    ("iso-8859-2", "iso8859_2", POLISH),
    ("iso-8859-2", "cp1250", POLISH),
    ("utf-7", "utf-7", "Grüße + mehr"),
    ("utf-16", "utf-16", GERMAN),
    ("utf-16", "utf-16-be", GERMAN),
    ("utf-16", "utf-16-le", GERMAN),
    ("utf-16le", "utf-16-le", CHINESE),
    ("us-ascii", "utf-16-le", GERMAN),
    ("x-unknown", "utf-8", GERMAN),
    ("'utf-8'", "utf-8", GERMAN),
    ("charset=utf-8", "utf-8", GERMAN),
    ("utf-8;", "utf-8", GERMAN),
    ("windows-1252", "utf-8-sig", GERMAN),
    ("gb2312", "gb18030", GERMAN),
    ("gb2312", "gb18030", JAPANESE),
    ("gb18030", "gb18030", RUSSIAN),
    ("gb2312", "gb18030", TURKISH),
    ("euc-jp", "euc_jp", "Empfänger für Größe, spårning på väg"),
    ("euc-kr", "cp949", "よろしくお願いいたします。"),
    ("shift_jis", "cp932", RUSSIAN),
    ("windows-1251", "cp1251", RUSSIAN),
    ("koi8-r", "koi8_r", RUSSIAN),
    ("cp850", "cp850", "Rückerstattung für Größe L"),
]


@pytest.mark.parametrize(("label", "codec", "text"), LABELLED, ids=[f"{one[0]} is {one[1]}" for one in LABELLED])
def test_a_label_is_read_as_what_senders_write_under_it(label: str, codec: str, text: str) -> None:
    assert decode_text(text.encode(codec), label, Defects()) == text


WRONG = [
    (None, "gbk", CHINESE),
    (None, "big5", TAIWAN),
    (None, "cp932", JAPANESE),
    (None, "euc_jp", JAPANESE),
    (None, "euc_kr", KOREAN),
    (None, "koi8_r", RUSSIAN),
    (None, "cp1251", RUSSIAN),
    (None, "cp1250", POLISH),
    (None, "cp1254", TURKISH),
    (None, "cp1253", GREEK),
    (None, "cp850", "Rückerstattung für Größe L"),
    (None, "mac_roman", "Rückerstattung für Größe L"),
    (None, "iso8859_15", "Rückerstattung: 5 € für Größe L"),
    (None, "cp1252", GERMAN),
    (None, "utf-8", CHINESE),
    (None, "utf-16-le", GERMAN),
    (None, "iso2022_jp", JAPANESE),
    ("us-ascii", "gbk", CHINESE),
    ("us-ascii", "utf-8", GERMAN),
    ("iso-8859-1", "gbk", CHINESE),
    ("iso-8859-1", "koi8_r", RUSSIAN),
    ("iso-8859-1", "cp1250", POLISH),
    ("iso-8859-1", "cp1251", RUSSIAN),
    ("windows-1251", "utf-8", RUSSIAN),
    ("gb2312", "utf-8", CHINESE),
    ("gb2312", "big5", TAIWAN),
    ("big5", "gbk", CHINESE),
    ("shift_jis", "euc_jp", JAPANESE),
    ("euc-jp", "cp932", JAPANESE),
    ("iso-2022-jp", "euc_jp", JAPANESE),
    ("utf-8", "gbk", CHINESE),
    ("utf-16", "utf-8", GERMAN),
    ("utf-7", "utf-8", GERMAN),
    ("utf-7", "koi8_r", RUSSIAN),
    ("iso-2022-jp", "cp932", JAPANESE),
    ("iso-2022-kr", "euc_kr", KOREAN),
    ("hz-gb-2312", "gbk", CHINESE),
    ("johab", "euc_kr", KOREAN),
    ("koi8-r", "cp1251", RUSSIAN),
    ("windows-1251", "koi8_r", RUSSIAN),
    ("windows-1250", "gbk", CHINESE),
    ("iso-8859-5", "cp1251", RUSSIAN),
    ("utf-8", "cp1252", GERMAN),
    ("utf-8", "koi8_r", RUSSIAN),
    ("utf-8", "cp932", JAPANESE),
    ("iso-2022-jp", "utf-8", JAPANESE),
]


@pytest.mark.parametrize(("label", "codec", "text"), WRONG, ids=[f"{one[0]} but {one[1]}" for one in WRONG])
def test_text_with_a_wrong_label_or_none_is_read_by_its_octets(label: str | None, codec: str, text: str) -> None:
    defects = Defects()
    assert decode_text(text.encode(codec), label, defects) == text
    assert defects.all() or codec in ("utf-16-le", "iso2022_jp")


SUBJECTS = {
    "gb18030": ["订单问题", "退货咨询", "账号审核", "包裹丢失"],
    "big5hkscs": ["訂單問題", "包裹遺失", "商品無法上架"],
    "cp932": ["注文番号について", "返品のお願い", "ご確認をお願いいたします"],
    "euc_jp": ["注文番号について", "返品のお願い", "在庫の件"],
    "cp949": ["주문 문제", "반품 요청", "배송 지연"],
    "koi8_u": ["Заказ не пришёл", "Возврат", "Вопрос по заказу"],
    "cp1251": ["Заказ не пришёл", "Возврат", "Вопрос по заказу"],
    "cp1250": ["Zwrot przesyłki", "Nie mogę wystawić produktu", "Brak odpowiedzi – proszę o wyjaśnienie"],
    "cp1254": ["Sipariş numarası", "Ürün müşteriye ulaşmadı", "İade talebi"],
}
WESTERN = (
    *("(62,80 €) ou", "Karte •••• 1111", "… – fertig", "Moet ik (€ 23,95) betalen", "d’accord", "5 × 3 ½", "1 µm ± 2"),
    *("Grüße", "Rückgabe", "Größe 38°", "100 € zurück", "Überprüfen", "ÜBERPRÜFUNG", "Straße 5 – 7"),
    *("gemäß § 5", "für Müller", "L’été", "naïve", "déçu", "Où est ma commande ?"),
    *("¿Dónde está mi pedido? Mañana", "Año", "cañón", "El niño comió piña", "São Paulo: não recebi"),
    *("«citation»", "È già arrivato?", "perché", "Är ni säkra på att paketet är på väg?", "œuvre"),
    *("Ça va? Façade", "DÉJÀ PAYÉ", "© 2026 Firma™", "été", "à", "ü", "ß"),
)


def test_raw_subjects_are_told_apart_by_how_they_read() -> None:
    wrong = [
        (codec, text, found)
        for codec, texts in SUBJECTS.items()
        for text in texts
        if (found := guess_codec(text.encode(codec))) is None or text.encode(codec).decode(found) != text
    ]
    assert not wrong


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_stays_western(text: str) -> None:
    assert guess_codec(text.encode("cp1252")) is None


def test_a_guess_costs_the_same_for_a_large_text() -> None:
    started = time.process_time()
    for text, codec in ((CHINESE, "gbk"), (RUSSIAN, "koi8_r"), (GERMAN, "cp1252"), ("\x80\x81é", "latin-1")):
        guess_codec((text * 50_000).encode(codec, "replace"))
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("twice", "meant"),
    [
        ("Rückgabe fÃ¼r GrÃ¶ÃŸe L", None),
        ("fÃ¼r GrÃ¶ÃŸe L", "für Größe L"),
        ("Câ€™est dÃ©jÃ\xa0 payÃ©", "C’est déjà payé"),
        ("5 â‚¬ â€“ bitte", "5 € – bitte"),
        ("Ð’Ð¾Ð·Ð²Ñ€Ð°Ñ‚", "Возврат"),
        ("é€€æ¬¾", "退款"),
        ("il a dit «É»", None),
        ("Ãœbung\nund Übung", "Übung\nund Übung"),
        ("SÃO PAULO", None),
    ],
)
def test_text_encoded_twice_is_read_as_it_was_meant_where_that_is_sure(twice: str, meant: str | None) -> None:
    defects = Defects()
    assert decode_text(twice.encode(), "utf-8", defects) == (meant or twice)
    assert ("text was encoded as UTF-8 twice" in defects.all()) is (meant is not None)


def test_iso_2022_jp_with_company_marks_is_read_as_windows_writes_it() -> None:
    marks = b"\x1b$B-!\x2d\x6aCmJ8\x1b(B 1"
    assert decode_text(marks, "iso-2022-jp", Defects()) == "①㈱注文 1"


def test_half_width_kana_in_iso_2022_jp_are_read() -> None:
    assert decode_text(b"\x1b(I6@6E\x1b(B \x1b$B-!\x1b(B", "iso-2022-jp", Defects()) == "\uff76\uff80\uff76\uff85 ①"


@pytest.mark.parametrize("name", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()}))
def test_no_name_in_a_mail_runs_a_codec_that_is_no_charset(name: str) -> None:
    data = b"uryyb \\u0041 =41 +AEE- x\x9cK\xcaH\xff\xfe\x00 begin 666 x"
    raw = b"Subject: =?" + name.encode() + b"?Q?uryyb=41?=\r\nContent-Type: text/plain; charset=" + name.encode()
    mail = read(raw + b"\r\n\r\n" + data)
    assert mail.subject == "uryybA"
    json.dumps([mail.text, mail.subject], ensure_ascii=False).encode("utf-8")


def test_one_odd_octet_in_a_wide_charset_is_damage_and_no_letter_of_another_one() -> None:
    assert decode_text(b"01 Quien Te Dij\x8aat", "iso-2022-jp", Defects()) == "01 Quien Te Dij\ufffdat"
