"""Which language is told, on short and mixed texts, and when none is."""

import time
from pathlib import Path

import pytest

from ingest.read.language import LANGUAGES, find_language
from ingest.read.language_words import OWN, WORDS

SENTENCES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "languages.tsv").read_text(encoding="utf-8").splitlines()
]
NONE = "-"


def test_short_sentences_are_told_apart() -> None:
    wrong = [f"{label} {found}: {text}" for label, text in SENTENCES if (found := find_language(text) or NONE) != label]
    assert len(wrong) <= 0.02 * len(SENTENCES), "\n".join(wrong)


def test_another_language_is_not_claimed_for_one_of_ours() -> None:
    others = [text for label, text in SENTENCES if label == NONE]
    assert len(others) >= 60
    assert len([text for text in others if find_language(text)]) <= 0.03 * len(others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_short_sentences_to_prove_it(language: str) -> None:
    assert sum(label == language for label, _ in SENTENCES) >= 30


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # A product title or a notice in another language inside the text.
        ("Hallo,\nwir verkaufen Stainless Steel Water Bottle with Lid for Kids and Adults 500ml und es ist weg.", "de"),
        ('Guten Tag,\nes kommt:\n"You are using UPCs, EANs or ISBNs that do not match."\nWas bedeutet das?', "de"),
        (
            "Beim Speichern kommt:\nYour account cannot be updated at this time. Please try again.\nWas tun wir nun?",
            "de",
        ),
        ("Onze feed geeft de error 'This product has not been approved for this brand'. Kunnen jullie kijken?", "nl"),
        ("Error message: Der Wert ist ungültig und konnte nicht gespeichert werden.\nWhat does it mean?", "en"),
        (
            "您好，报错信息：The SKU data provided is different from what is already in the catalog. 请问怎么处理？",
            "zh",
        ),
        ("出品した商品「Stainless Steel Water Bottle」が検索できません。ご確認ください。", "ja"),
        ("商品名是ワイヤレスイヤホン，订单已经发货，请确认。", "zh"),
        # Another's words quoted.
        ('The buyer wrote: "Das Paket ist nie angekommen, ich will mein Geld zurück". What should I do?', "en"),
        ("Der Kunde schreibt:\n> The parcel never arrived and I want my money back\n> now\nWas soll ich tun?", "de"),
        ("Le client m'a écrit : I never received the parcel and I want a refund. Que dois-je répondre ?", "fr"),
        # Logs and tables.
        (
            'Traceback (most recent call last):\n  File "feed.py", line 1\nKeyError: sku\n\nDas kommt seit gestern.',
            "de",
        ),
        ("SKU | Menge | Status\nKW-1 | 12 | inactive listing missing\nKönnen Sie diese Artikel bitte prüfen?", "de"),
        # Greeting in one language, text in another.
        ("Hello,\nich habe eine Frage zu meiner Bestellung, wann kommt die an?\nBest regards\nJan", "de"),
        (
            "Guten Tag,\nI am sorry, my German is bad. The parcel has not arrived yet.\nMit freundlichen Grüßen\nJ.",
            "en",
        ),
        # Upper case, no accents, names.
        ("MEIN KONTO IST SEIT DREI TAGEN GESPERRT UND NIEMAND ANTWORTET", "de"),
        ("HESABIM NEDEN KAPATILDI LÜTFEN CEVAP VERİN", "tr"),
        ("Dzien dobry, prosze o pomoc, klient nie dostal paczki", "pl"),
        ("Dear Sir or Madam,\nKind regards\nJean-Luc Dupont\nSociété Générale de Bois", "en"),
        ("The supplier is 深圳市光明电子有限公司, they sent the invoice yesterday.", "en"),
        # Too little, or none of ours.
        ("Vielen Dank", None),
        ("Anna Kowalska", None),
        ("Re: AW: FW:", None),
        ("FBA15SN1Q27XL B0BVPF2QMV KW-DUFT-220-LAV", None),
        ("Добрый день, мой листинг Stainless Steel Bottle заблокирован, помогите", None),
        ("Hej, kan I ikke hjælpe mig med min faktura?", None),
        ("Olá, poderiam verificar o meu pedido por favor", None),
        ("", None),
    ],
)
def test_the_language_is_that_of_the_writers_own_words(text: str, language: str | None) -> None:
    assert find_language(text) == language


def test_the_tables_know_every_language_that_has_no_script_of_its_own() -> None:
    latin = {language for language in LANGUAGES if language not in {"ja", "zh"}}
    assert latin <= set(WORDS)
    assert latin <= set(OWN) <= set(WORDS)


@pytest.mark.parametrize(
    "pump", ["word ", '"x ', "Aa Bb ", "\t", "„ab ", "的", "Aa.Bb", "a@", "1", "error: ", "[[", "a_b_", "\n>", "Aa-"]
)
def test_time_is_bounded_on_hostile_text(pump: str) -> None:
    find_language("warm up the model")
    started = time.process_time()
    find_language(pump * (200_000 // len(pump)))
    assert time.process_time() - started < 3
