"""Topics and urgency by the words of the topic files, and what an administrator may write into those."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.identifiers.kinds import KINDS
from ingest.read.language import LANGUAGES
from ingest.topics import TOPICS, find_topic, find_weights, is_urgent, load_rules

DATA = Path(__file__).parents[1] / "data"
SHIPPED = Path(find_topic.__code__.co_filename).parent
ENOUGH = 0.92


def rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("known", [True, False], ids=["language known", "language unknown"])
def test_labelled_mails_get_their_topic(known: bool) -> None:
    mails = rows("topics.tsv")
    wrong = [
        f"{topic}: {subject} | {text}"
        for subject, text, topic, language in mails
        if find_topic(subject, text, language=language if known else None) != topic
    ]
    assert len(wrong) <= (1 - ENOUGH) * len(mails), "\n".join(wrong)


def test_the_labelled_mails_are_of_every_topic_in_every_language() -> None:
    counted = Counter((topic, language) for _, _, topic, language in rows("topics.tsv"))
    assert [(topic, language) for topic in TOPICS for language in LANGUAGES if counted[topic, language] < 2] == []


@pytest.mark.parametrize("known", [True, False], ids=["language known", "language unknown"])
def test_labelled_sentences_are_urgent_or_not(known: bool) -> None:
    sentences = rows("urgency.tsv")
    assert len(sentences) >= 150
    wrong = [
        f"{label}: {text}"
        for label, language, text in sentences
        if is_urgent("", text, language=language if known else None) != (label == "yes")
    ]
    assert len(wrong) <= 0.03 * len(sentences), "\n".join(wrong)


def test_an_identifier_speaks_for_its_topic() -> None:
    assert find_topic("", "siehe Anhang", ("fba_shipment_id",)) == "fba"


def test_a_word_counts_once_however_often_it_stands_there() -> None:
    assert find_weights("", "order " * 100) == find_weights("", "order")


def test_the_subject_counts_twice() -> None:
    assert find_weights("order", "")["order"] == 2 * find_weights("", "order")["order"] > 0


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("The removal order is late.", "fba"),
        ("The order is late, the parcel is lost.", "order"),
        ("We want a refund for lost FBA units.", "fba"),
        ("The customer returned an empty box.", "returns"),
        ("Please send the invoice for your fees.", "payments"),
        ("Here is the supplier invoice for brand approval.", "listing"),
        ("Any update?", "other"),
        ("", "other"),
    ],
)
def test_of_words_that_overlap_the_longer_one_counts(text: str, topic: str) -> None:
    assert find_topic("", text) == topic


@pytest.mark.parametrize(
    "text",
    ["RÜCKSENDEETIKETT", "Ruecksendeetikett", "rucksendeetikett", "Ｒücksendeetikett"],
)
def test_case_accents_and_width_do_not_matter(text: str) -> None:
    assert find_topic("", text, language="de") == "returns"


def test_words_of_another_language_do_not_count_where_the_language_is_known() -> None:
    assert find_weights("", "lager", language="de") != find_weights("", "lager", language="fr")


@pytest.mark.parametrize("text", ["the insurgents", "", "Kein Kommentar.", "!!!", "急性子", "asapling"])
def test_what_only_looks_like_urgency_is_none(text: str) -> None:
    assert not is_urgent("", text)


def test_an_inherited_subject_does_not_make_an_answer_urgent() -> None:
    assert is_urgent("RE: URGENT", "thanks, all good", is_reply=True) is False
    assert is_urgent("RE: URGENT", "thanks, all good", is_reply=False) is True


def test_there_is_a_file_for_each_language_of_the_product() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == {*LANGUAGES, "common"}


def test_the_files_name_only_identifiers_that_can_be_found() -> None:
    named = {kind for kind, _, _ in load_rules().of(None).kinds}
    assert named <= {kind.name for kind in KINDS} | {"phone"}


def test_a_file_of_the_administrator_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('[topics.payments]\n"5" = ["bananen*"]\n', encoding="utf-8")
    rules = load_rules(tmp_path)
    assert find_topic("", "Bananenlieferung", language="de", rules=rules) == "payments"
    assert find_topic("", "Rücksendeetikett", language="de", rules=rules) == "other"
    assert find_topic("", "the parcel is lost", language="de", rules=rules) == "order"
    assert find_topic("", "Rücksendeetikett", language="de") == "returns"


def test_a_further_language_is_one_more_file(tmp_path: Path) -> None:
    (tmp_path / "da.toml").write_text('[urgent]\nwords = ["haster"]\n', encoding="utf-8")
    assert is_urgent("", "Det haster!", language="da", rules=load_rules(tmp_path))
    assert not is_urgent("", "Det haster!", language="da")


def test_a_changed_file_holds_at_once_and_an_unchanged_one_is_not_read_anew(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('[topics.fba]\n"2" = ["gurke"]\n', encoding="utf-8")
    first = load_rules(tmp_path)
    assert load_rules(tmp_path) is first
    (tmp_path / "de.toml").write_text('[topics.order]\n"2" = ["gurke"]\n', encoding="utf-8")
    assert find_topic("", "Gurke", language="de", rules=load_rules(tmp_path)) == "order"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[topics.orders]\n"1" = ["x"]', "topics.orders: unknown; it takes one of order, listing"),
        ('[topic.order]\n"1" = ["x"]', "topic: unknown; it takes one of topics, identifiers, urgent"),
        ('[urgent]\nword = ["x"]', "urgent.word: unknown; it takes one of words, but_not"),
        ('[topics.order]\n"much" = ["x"]', "topics.order.much: takes a weight from 0 to 10, not 'much'"),
        ('[topics.order]\n"11" = ["x"]', "topics.order.11: takes a weight from 0 to 10"),
        ('[topics.order]\n"nan" = ["x"]', "topics.order.nan: takes a weight from 0 to 10"),
        ('[topics.order]\n"1" = "parcel"', "topics.order.1: takes a list of words in quotes"),
        ('[topics.order]\n"1" = [1]', "topics.order.1: takes a list of words in quotes"),
        ('[topics.order]\n"1" = ["a &"]', "topics.order.1: 'a &': a word is empty"),
        ('[topics.order]\n"1" = ["..."]', "topics.order.1: '...': a word needs a letter, a digit or #"),
        ('[topics.order]\n"1" = ["pa*cel"]', "* stands only at the beginning or the end of a word"),
        ('[topics.order]\n"1" = ["订单*"]', "* stands only at the beginning or the end of a word"),
        ('[topics]\norder = ["x"]', "topics.order: takes a table"),
        ("topics = 1", "topics: takes a table"),
        ('[identifiers]\nasin = ["list", 1]', "identifiers.asin: takes a topic and a weight"),
        ('[identifiers]\nasin = ["listing", true]', "identifiers.asin: takes a weight"),
        ("[topics", "not TOML"),
    ],
)
def test_a_fault_in_a_file_is_named_with_file_and_key(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "de.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match=r"de\.toml") as fault:
        load_rules(tmp_path)
    assert str(fault.value).startswith(f"{path}: ")
    assert said in str(fault.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "fr.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"fr\.toml: not UTF-8"):
        load_rules(tmp_path)


def find_time(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    "pump", ["order ", "a b z ", "急", "订单 ", "1 ", "\n \n", "kunde will sofort, ", "A-to-Z", "é"]
)
def test_time_grows_with_the_text_and_no_faster(pump: str) -> None:
    count = 4_000 // len(pump)
    for work in (find_topic, is_urgent):
        short = find_time(lambda work=work: work("", pump * count))  # type: ignore[misc]
        long = find_time(lambda work=work: work("", pump * 4 * count))  # type: ignore[misc]
        assert long <= 2.5**2 * short + 0.02


def test_long_text_is_decided_in_no_time() -> None:
    assert find_time(lambda: find_topic("order " * 300, "order listing " * 50_000)) < 1
