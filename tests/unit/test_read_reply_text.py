"""New words told from history, signature, small print and phone footers; nothing is ever stripped to nothing."""

import time

import pytest

from ingest.read import reply_rules
from ingest.read.reply_rules import LineRule
from ingest.read.reply_text import split_reply

TABLES = {
    "attributions": reply_rules.ATTRIBUTIONS,
    "undated attributions": reply_rules.UNDATED_ATTRIBUTIONS,
    "dividers": reply_rules.DIVIDERS,
    "phone footers": reply_rules.PHONE_FOOTERS,
    "closings": reply_rules.CLOSINGS,
    "disclaimers": reply_rules.DISCLAIMERS,
}
EXAMPLES = [
    pytest.param(rule, example, id=f"{name}: {example[:30]}")
    for name, rules in TABLES.items()
    for rule in rules
    for example in rule.examples
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_each_rule_matches_its_own_examples(rule: LineRule, example: str) -> None:
    assert rule.pattern.match(example)


@pytest.mark.parametrize(
    "line",
    [
        "She wrote: please hurry",
        "Am Montag kommt das Paket:",
        "On Monday I wrote to you about 3 parcels.",
        "Das Paket wurde von DHL nicht gesendet, sondern liegt noch hier",
        "Best price guaranteed by the supplier in Leeds since last year",
        "Von: wir haben nichts gehört",
    ],
)
def test_sentences_are_no_attribution_divider_or_footer(line: str) -> None:
    for name in ("attributions", "dividers", "phone footers", "closings"):
        assert not any(rule.pattern.match(line) for rule in TABLES[name])


@pytest.mark.parametrize(
    "example", [example for rule in reply_rules.ATTRIBUTIONS for example in rule.examples], ids=lambda text: text[:40]
)
def test_history_below_an_attribution_is_quoted_with_marks_and_without(example: str) -> None:
    assert split_reply(f"Danke, das passt.\n\n{example}\n> alt\n> älter").new == "Danke, das passt."
    split = split_reply(f"Danke, das passt.\n\n{example}\n\nalt\nälter")
    assert (split.new, split.quoted) == ("Danke, das passt.", f"{example}\n\nalt\nälter")


@pytest.mark.parametrize("example", [one for rule in reply_rules.UNDATED_ATTRIBUTIONS for one in rule.examples])
def test_an_attribution_without_a_date_is_one_only_right_above_marked_lines(example: str) -> None:
    assert split_reply(f"Danke, das passt.\n\n{example}\n> alt\n> älter").new == "Danke, das passt."
    assert split_reply(f"Danke, das passt.\n\n{example}\n\nnoch etwas").new.endswith("noch etwas")


@pytest.mark.parametrize("footer", [example for rule in reply_rules.PHONE_FOOTERS for example in rule.examples])
def test_a_phone_footer_is_no_new_text(footer: str) -> None:
    assert split_reply(f"ja geht\n\n{footer}").new == "ja geht"


@pytest.mark.parametrize("small_print", [example for rule in reply_rules.DISCLAIMERS for example in rule.examples])
def test_small_print_below_the_letter_is_signature(small_print: str) -> None:
    split = split_reply(f"The parcel is lost.\n\n{small_print}")
    assert (split.new, split.signature) == ("The parcel is lost.", small_print)


@pytest.mark.parametrize(
    "block",
    [
        "Von: S <s@help.example>\nGesendet: Donnerstag, 12. November 2026 10:02\nAn: a@b.example\nBetreff: x",
        "From: S <s@help.example>\nSent: Thursday, November 12, 2026 10:02 AM\nTo: a@b.example\nSubject: x",
        "Gesendet: Donnerstag, 12. November 2026 um 10:02 Uhr\nVon: S <s@help.example>\nAn: a@b.example\nBetreff: x",
        "De : S <s@help.example>\nEnvoyé : jeudi 12 novembre 2026 10:02\nÀ : a@b.example\nObjet : x",
        "Da: S <s@help.example>\nInviato: giovedì 12 novembre 2026 10:02\nA: a@b.example\nOggetto: x",
        "De: S <s@help.example>\nEnviado: jueves, 12 de noviembre de 2026 10:02\nPara: a@b.example\nAsunto: x",
        "Van: S <s@help.example>\nVerzonden: donderdag 12 november 2026 10:02\nAan: a@b.example\nOnderwerp: x",
        "Od: S <s@help.example>\nWysłano: czwartek, 12 listopada 2026 10:02\nDo: a@b.example\nTemat: x",
        "Från: S <s@help.example>\nSkickat: den 12 november 2026 10:02\nTill: a@b.example\nÄmne: x",
        "Kimden: S <s@help.example>\nGönderildi: 12 Kasım 2026 Perşembe 10:02\nKime: a@b.example\nKonu: x",
        "差出人: S <s@help.example>\n送信日時: 2026年11月12日 10:02\n宛先: a@b.example\n件名: x",
        "发件人: S <s@help.example>\n发送时间: 2026年11月12日 10:02\n收件人: a@b.example\n主题: x",
        "*From:* S <s@help.example>\n*Sent:* Thursday, November 12, 2026 10:02 AM\n*To:* a@b.example\n*Subject:* x",
    ],
    ids=lambda block: block.split(":")[0],
)
def test_all_below_a_header_block_is_history(block: str) -> None:
    split = split_reply(f"Neu hier.\n\n________________________________\n{block}\n\nAlter Text 302-1234567-7654321")
    assert split.new == "Neu hier."
    assert "302-1234567-7654321" in split.quoted


def test_a_list_of_sender_and_recipient_in_the_letter_is_not_history() -> None:
    text = "The parcel went like this:\n\nFrom: our warehouse\nTo: the customer\n\nWhat went wrong?"
    assert split_reply(text).new == text


def test_inline_answers_are_kept_in_order_with_empty_lines_between() -> None:
    text = (
        "Am 19.11.2026 um 08:15 schrieb Support:\n> Frage eins?\n\nAntwort eins.\n\n> Frage zwei?\nAntwort"
        " zwei.\n> Gruß"
    )
    split = split_reply(text)
    assert split.new == "Antwort eins.\n\nAntwort zwei."
    assert "Frage zwei?" in split.quoted


def test_an_answer_below_the_quote_is_new() -> None:
    split = split_reply(
        "On 12/11/2026 10:02, Support wrote:\n> Hello\n>> older\n\nTried that.\n\nNiall\n\n-- \nKerr Bikes"
    )
    assert (split.new, split.signature) == ("Tried that.\n\nNiall", "--\nKerr Bikes")


def test_an_attribution_wrapped_over_three_lines_is_one() -> None:
    text = (
        "ok\n\nOn Thu, Nov 12, 2026 at 10:02 AM Marketplace Support with a long name"
        " <\nsupport@help.example>\nwrote:\n\n> old"
    )
    assert split_reply(text).new == "ok"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (
            "Hallo\n\nText.\n\nMit freundlichen Grüßen\nJan Petersen\n\nPetersen e.K.\nTel. 0461 5550192",
            "Hallo\n\nText.\n\nMit freundlichen Grüßen\nJan Petersen",
        ),
        (
            "Text.\n\nKind regards\nAccounts Team\nFernhill Crafts LLP, registered",
            "Text.\n\nKind regards\nAccounts Team",
        ),
        ("Text.\n\nGruß Rainer\n\nStock Werkzeuge\nwww.stock.example", "Text.\n\nGruß Rainer"),
        ("Text.\n\nThanks,\n\nLena\n\nFox and Fern Ltd", "Text.\n\nThanks,\n\nLena"),
        ("Text.\n\n-- \nFirma GmbH\nHRB 4711", "Text."),
        ("Vielen Dank!\n\nNoch etwas: die zweite Bestellung fehlt auch, bitte prüfen Sie das noch heute.", None),
        ("Thanks\n\nP.S. The second parcel is lost too.", None),
        ("Grüße\nAnna\n\nKönnen Sie mir bitte auch noch die Rechnung für den letzten Monat schicken?", None),
    ],
)
def test_the_letter_ends_behind_closing_and_name_unless_it_goes_on(text: str, new: str | None) -> None:
    assert split_reply(text).new == (text if new is None else new)


def test_the_senders_own_name_alone_on_a_line_ends_the_letter() -> None:
    split = split_reply("请帮忙处理\n\n王晓梅\n深圳盛海贸易有限公司", "王晓梅")
    assert (split.new, split.signature) == ("请帮忙处理\n\n王晓梅", "深圳盛海贸易有限公司")


@pytest.mark.parametrize(
    "text", ["> only quoted\n> lines", "Sent from my iPhone", "-- \nsignature", "-----Original Message-----\nold"]
)
def test_a_mail_that_would_be_stripped_to_nothing_is_kept_whole(text: str) -> None:
    assert split_reply(text).new.split() == text.split()


def test_an_empty_text_stays_empty() -> None:
    assert split_reply("").new == ""


PUMPS = [
    "On ",
    "On 1 ",
    "> ",
    "Gruß\n",
    "LG\n\nThis goes on and on with many words for you.\n\n",
    "From: a@b\n",
    "Von: 1\n\n",
    "-" * 70 + "\n",
]
PUMPS += [
    "This email x\n\n",
    "12 ",
    "a:\n",
    "On 1" + "1" * 400 + ":\n",
    "2026-11-12 <a@b>:\n",
    "Sent from ",
    "_",
    "*From:* ",
    "Am 1 schrieb ",
]


@pytest.mark.parametrize("pump", PUMPS)
def test_hostile_text_is_split_in_linear_time(pump: str) -> None:
    def seconds(size: int) -> float:
        text = (pump * (size // len(pump) + 1))[:size]
        started = time.process_time()
        split_reply(text)
        return time.process_time() - started

    assert seconds(200_000) < 2
