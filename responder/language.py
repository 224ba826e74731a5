"""Which language a mail is written in."""

from collections.abc import Collection, Sequence

LAST_RESORT = "en"


def choose_language(
    *, text_language: str | None, earlier: Sequence[str | None], queue_language: str, available: Collection[str]
) -> list[str]:
    """The languages to try, best first: the seller's text, earlier mails (as given), the queue's, English.

    ISO 639-1 codes, each once, only those in `available` (languages that have any template); "pt-BR" also tries
    "pt". Never empty: English is what is left.
    """
    known = {language.lower(): language for language in available}
    wanted = [text_language, *earlier, queue_language, LAST_RESORT]
    tried = [form for language in wanted if language for form in (language.lower(), language.lower().split("-")[0])]
    return list(dict.fromkeys(known[form] for form in tried if form in known)) or [LAST_RESORT]
