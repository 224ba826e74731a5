"""New words told from history, signature, small print and phone footers; nothing is ever stripped to nothing."""

import textwrap
import time

import pytest

from ingest.read import reply_attributions, reply_footers, reply_headers, reply_rules, reply_small_print
from ingest.read.reply_attributions import Sureness, decide_attribution
from ingest.read.reply_footers import is_phone_footer
from ingest.read.reply_rules import LineRule
from ingest.read.reply_text import split_reply

TABLES = {
    "dividers": reply_headers.DIVIDERS,
    "phone footers": reply_footers.PHONE_FOOTERS,
    "added footers": reply_footers.ADDED_FOOTERS,
    "closings": reply_rules.CLOSINGS,
    "disclaimers": reply_small_print.DISCLAIMERS,
    "contact lines": reply_small_print.CONTACT_LINES,
    "banners": reply_small_print.BANNERS,
}
EXAMPLES = [
    pytest.param(rule, example, id=f"{name}: {example[:30]}")
    for name, rules in TABLES.items()
    for rule in rules
    for example in rule.examples
]
ATTRIBUTIONS = [
    *(example for verb in reply_attributions.VERBS for example in verb.examples),
    *reply_attributions.VERBLESS_EXAMPLES,
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
    assert decide_attribution(line) is not Sureness.SURE
    for name in ("dividers", "phone footers", "closings"):
        assert not any(rule.pattern.match(line) for rule in TABLES[name])


@pytest.mark.parametrize("example", ATTRIBUTIONS, ids=lambda text: text[:40])
def test_history_below_an_attribution_is_quoted_with_marks_and_without(example: str) -> None:
    assert split_reply(f"Danke, das passt.\n\n{example}\n> alt\n> älter").new == "Danke, das passt."
    split = split_reply(f"Danke, das passt.\n\n{example}\n\nalt\nälter")
    assert (split.new, split.quoted) == ("Danke, das passt.", f"{example}\n\nalt\nälter")


@pytest.mark.parametrize("example", reply_attributions.MARKED_EXAMPLES)
def test_an_attribution_without_a_date_is_one_only_right_above_marked_lines(example: str) -> None:
    assert split_reply(f"Danke, das passt.\n\n{example}\n> alt\n> älter").new == "Danke, das passt."
    assert split_reply(f"Danke, das passt.\n\n{example}\n\nnoch etwas").new.endswith("noch etwas")


@pytest.mark.parametrize("footer", [example for rule in reply_footers.PHONE_FOOTERS for example in rule.examples])
def test_a_phone_footer_is_no_new_text(footer: str) -> None:
    assert split_reply(f"ja geht\n\n{footer}").new == "ja geht"


@pytest.mark.parametrize(
    "small_print",
    [example for rule in reply_small_print.DISCLAIMERS + reply_footers.ADDED_FOOTERS for example in rule.examples],
)
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


@pytest.mark.parametrize("example", ATTRIBUTIONS, ids=lambda text: text[:40])
@pytest.mark.parametrize("width", [60, 40])
def test_an_attribution_is_found_however_it_is_wrapped(example: str, width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(example, width, break_long_words=False, break_on_hyphens=False))
    if wrapped.count("\n") > 3:
        pytest.skip("no program wraps over more than four lines")
    assert split_reply(f"Danke, das passt.\n{wrapped}\n> alt").new == "Danke, das passt."
    assert split_reply(f"{wrapped}\n> alt\n\nDanke, das passt.").new == "Danke, das passt."


def test_an_address_torn_off_an_attribution_belongs_to_it() -> None:
    assert split_reply("ok\n\nOn Thu, Nov 12, 2026 at 10:02 Support <s@help.example\n> wrote:\n\n> old").new == "ok"
    assert split_reply("ok\n\nAm 12.11.2026 10:02 schrieb Support\n\n<s@help.example>:\n\nalt").new == "ok"


def test_the_last_sentence_right_above_an_attribution_stays() -> None:
    text = "On Monday we sent 3 parcels.\nOn 12/11/2026 10:02, Support wrote:\n> old"
    assert split_reply(text).new == "On Monday we sent 3 parcels."


@pytest.mark.parametrize("divider", [example for rule in reply_headers.DIVIDERS for example in rule.examples])
def test_all_below_a_divider_is_history(divider: str) -> None:
    assert split_reply(f"ja geht\n\n{divider}\n\nalt\n\nGruß").new == "ja geht"


@pytest.mark.parametrize(
    "block",
    [
        "From: S <s@help.example>\nSent: 12 November 2026 10:02",
        "From: S\n <s@help.example>\nSent: 12 November 2026 10:02",
        "Von: S\n\nGesendet: Donnerstag, 12. November 2026 10:02\n\nAn: a\n\nBetreff: x",
        "From: S\nDate: 12/11/2026 10:02 (GMT+01:00)\nTo: a\nSubject: x",
        "From: S <s@help.example>\nReply-To: x@y.example\nDate: 12 Nov 2026\nTo: a\nImportance: High\nSubject: x",
        "**Von:** S\n**Gesendet:** gestern\n**An:** a\n**Cc:** b@c.example; d@e.example\n**Betreff:** x",
        "---- Replied Message ----\n| From | S<s@help.example> |\n| Date | 12/11/2026 10:02 |\n| To | a |",
        "发件人：客服 <s@help.example>\n发送时间：2026年11月12日 10:02\n收件人：a\n主题：x",
        "Von: S An: a Datum: 12.11.2026 10:02 Betreff: Re: x",
        "Original Message\nFrom: S\nSent: Thursday\nTo: a\nSubject: x",
        "De: Suporte <s@help.example>\nEnviada em: 12 de novembro de 2026 10:02\nPara: a\nAssunto: x",
    ],
)
def test_header_blocks_of_other_forms_begin_history(block: str) -> None:
    assert split_reply(f"Neu hier.\n\n{block}\n\nalt und lang").new == "Neu hier."


@pytest.mark.parametrize(
    "own",
    [
        "Sent via DHL on 12 November, tracking 00340434161094027318.",
        "Verzonden met PostNL op 12 november",
        "Sent from our warehouse in Leeds yesterday",
        "Sent via Royal Mail",
        "Am 12.11. schrieb uns der Kunde: Das Paket ist nicht da.",
        'Am 12.11.2026 um 10:02 schrieb der Kunde:\n\n"Wo bleibt mein Paket?"',
        "On 12/11/2026 at 10:02 the customer wrote:\n\nWhere is my parcel?",
        "Von: Lager Köln\nAn: Lager Leipzig\nDatum: 12.11.2026",
        "The message says error 8541.",
        "2026-11-12 10:02:03 ERROR feed failed\n2026-11-12 10:02:04 ERROR retry failed",
        "| SKU | ASIN |\n| AB-1 | B012345678 |",
        ">>> import feed\nValueError: 8541",
        "Die Adresse lautet:\nJan Petersen\nHafenstr. 12\n24937 Flensburg\nTel. 0461 5550192",
        "Kontakt des Kunden:\n\nMax Muster\nTel. 0461 5550192\nmax@muster.example",
        "Danke!\nAnna\n\nBestellung 302-1234567-7654321",
        "Danke.\n\nDas passt so.\n\nBitte schließen.",
    ],
)
def test_a_persons_own_words_that_look_like_a_programs_stay(own: str) -> None:
    assert split_reply(f"Hallo,\n\n{own}", "Jan Petersen").new == f"Hallo,\n\n{own}"


@pytest.mark.parametrize(
    "footer",
    [
        "(sent from a phone)",
        "<<sent by Galaxy>>",
        "*Sent from my iPhone*",
        "Get [Outlook for Android](https://help.example/x)",
        "Sent from Mail<https://help.example/x> for Windows",
        "Get Outlook for iOS<https://help.example/x>",
    ],
)
def test_a_phone_footer_may_be_dressed_as_a_link_or_in_brackets(footer: str) -> None:
    assert is_phone_footer(footer)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Ok.\n\nVielen Dank.\n\nMit freundlichen Grüßen\nBest regards\n\nJan\n\nPetersen GmbH", -1),
        (
            "Ok.\n\nJan Petersen\nPetersen GmbH\nTel. 0461 5550192\nAmtsgericht Flensburg HRB 4711",
            "Ok.\n\nJan Petersen",
        ),
        ("Ok.\n\nPetersen GmbH\nTel. 0461 5550192\nAmtsgericht Flensburg HRB 4711", "Ok."),
        (
            "Ok.\n\nGrüße\nJan\n\nPetersen GmbH\nTel. 0461 5550192\n\nSeit 1990 bauen wir für Sie Werkzeuge aus Stahl.",
            -2,
        ),
        ("Ok.\n\n------\nTel. 0461 5550192\nwww.petersen.example", "Ok."),
        ("Fall 1\n-----\nkaputt\n\nFall 2\n-----\nfehlt", "Fall 1\n-----\nkaputt\n\nFall 2\n-----\nfehlt"),
        ("Ok.\n\n***\n======", "Ok."),
        (
            "Ok.\n\nJan Petersen\nPetersen GmbH\nTel. 0461 5550192\nHRB 4711\n\nDiese Nachricht ist vertraulich.",
            "Ok.\n\nJan Petersen",
        ),
        ("CAUTION: This email originated from outside.\n\nOk.", "Ok."),
        (
            "Ok.\n\nDisclaimer\n\nThis message is intended solely for the recipient.\n\nWe accept no liability for it.",
            "Ok.",
        ),
        ("Ok.\n\n谢谢\n李雷\n\n另外我还想问一下上个月的发票什么时候可以开给我们公司。", None),
    ],
)
def test_signatures_of_other_forms(text: str, new: str | int | None) -> None:
    wanted = text.rsplit("\n\n", -new)[0] if isinstance(new, int) else new or text
    assert split_reply(text).new == wanted


def test_an_answer_below_a_greeting_under_the_attribution_is_new() -> None:
    text = "Am 12.11.2026 um 10:02 schrieb Support:\n\nHallo,\n\n> Welche?\n\nDiese."
    assert split_reply(text).new == "Hallo,\n\nDiese."


def test_a_quote_without_marks_that_begins_the_mail_is_kept_without_its_attribution() -> None:
    split = split_reply("On 12/11/2026 10:02, Support wrote:\n\nWhich order?")
    assert (split.new, split.is_all) == ("Which order?", True)


def test_a_forwarded_mail_is_quoted_below_new_words_and_kept_whole_alone() -> None:
    forward = "---------- Forwarded message ---------\nFrom: S <s@help.example>\nSubject: x\n\nalt"
    assert split_reply(f"Bitte prüfen.\n\n{forward}").new == "Bitte prüfen."
    assert (split_reply(forward).new, split_reply(forward).is_all) == (forward, True)


PUMPS = [
    *(
        "On ",
        "On 1 ",
        ">",
        "> ",
        "> a\nb\n",
        "Gruß\n",
        "Danke\n\n",
        "LG\n\nThis goes on and on with words for you.\n\n",
    ),
    *("From: a@b\n", "Von: 1\n\n", "*From:* ", "-- \n", "_", "-" * 70 + "\n", "---- a ----\n", "This email x\n\n"),
    *("12 ", "a:\n", "On 1" + "1" * 400 + ":\n", "2026-11-12 <a@b>:\n", "On 1.1.2026 10:02 x:\n", "Sent from "),
    *(
        "wrote:\n",
        "Am 1 schrieb ",
        "<\n",
        "Tel. 123456\n",
        "x GmbH ",
        "a | b ",
        "| a\n",
        "a b c?\n\n",
        "写道：",
        "\u200b",
    ),
    *("Original Message\nFrom\n", "this avast ", "Ok.\n\nTel. 123456\nx GmbH\n\n", "CAUTION: external \n", "&lt;"),
]


@pytest.mark.parametrize("pump", PUMPS)
def test_hostile_text_is_split_in_linear_time(pump: str) -> None:
    def seconds(size: int) -> float:
        text = (pump * (size // len(pump) + 1))[:size]
        taken = []
        for _ in range(2):
            started = time.process_time()
            split_reply(text, "Jan Petersen")
            taken.append(time.process_time() - started)
        return min(taken)

    assert seconds(64 * 1024) < 2.5 * seconds(32 * 1024) + 0.3
    assert seconds(64 * 1024) < 4


def test_a_first_sentence_that_warns_is_no_banner() -> None:
    text = "Achtung, der Absender auf dem Paket war falsch.\n\nBitte prüfen."
    assert split_reply(text).new == text


@pytest.mark.parametrize(
    "text",
    [
        "Selamlar,\n\n5. koli bulundu, UPS no 1z ddr xh1 68\n4276 9089. İrsaliye no 2026110417.\n\nDepo",
        "Saludos,\n\nMi pedido no ha llegado todavía.\n\nAna",
        "Grüße,\nmein Paket fehlt noch immer seit Montag.\nAnna",
    ],
)
def test_a_farewell_in_the_first_line_greets_when_a_letter_follows(text: str) -> None:
    assert split_reply(text).new == text


def test_a_farewell_in_the_first_line_of_nothing_but_a_signature_is_one() -> None:
    assert split_reply("Viele Grüße\nAnna Muster\nMuster GmbH\nTel. 030 1234567").new == "Viele Grüße\nAnna Muster"
