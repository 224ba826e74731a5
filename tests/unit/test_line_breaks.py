"""Lines of the text part: short enough, and broken where a reader of that script would break them."""

import pytest

from responder.line_breaks import count_columns, wrap_line

JAPANESE = "このメールにそのままご返信ください。すでに解決している場合は、「解決しました」の一言だけで結構です。"


def test_a_text_with_spaces_is_broken_at_them() -> None:
    assert wrap_line("one two three", 8) == ["one two", "three"]
    assert wrap_line("", 8) == [""]


def test_a_text_without_spaces_is_broken_between_its_characters() -> None:
    for width in range(10, 80):
        lines = wrap_line(JAPANESE, width)
        assert "".join(lines) == JAPANESE
        assert max(map(count_columns, lines)) <= width
        assert not [line for line in lines if line[0] in "。、」" or line[-1] == "「"]


@pytest.mark.parametrize("kept", ["CP-4821773099", "https://help.casepost.example/c/4f9aKq72"])
def test_a_number_or_a_link_is_never_broken(kept: str) -> None:
    for width in range(8, 80):
        assert any(kept in line for line in wrap_line(f"お問い合わせ{kept}の状況をお知らせいたします。", width))


def test_a_space_between_two_words_is_kept_within_a_line_and_gone_at_its_end() -> None:
    assert wrap_line("あなたの FBA 商品", 40) == ["あなたの FBA 商品"]
    assert wrap_line("あなたの FBA 商品", 9) == ["あなたの", "FBA 商品"]
    assert wrap_line("あなたの FBA 商品", 7) == ["あなた", "の FBA", "商品"]
