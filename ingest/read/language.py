"""Which of the eleven languages a text is in, or None where there is too little of it to say.

Kana and Han decide Japanese and Chinese by themselves. For the rest py3langid, limited to the nine others: on a
handful of words every detector is confident and wrong, so below three words nothing is said.
"""

import functools
import re
from typing import Any

LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pl", "sv", "tr", "ja", "zh")
_ALPHABETIC = LANGUAGES[:9]
_MAX_CHARS = 5_000
_NOISE = re.compile(r"https?://\S+|\S+@\S+|\S*\d\S*|[A-ZÄÖÜ]{3,}[-_/]\S*|[<>|=_*#]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_OTHER_SCRIPT = re.compile("[\u0370-\u058f\u0590-\u07ff\u0900-\u11ff\uac00-\ud7af]")


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_ALPHABETIC))
    return identifier


def warm_up() -> None:
    """Load the model (0.2 s): done once in the fork server, so that every child has it."""
    _identifier()


def find_language(text: str) -> str | None:
    """The ISO 639-1 code of a text's language among the eleven; None below about three words."""
    sample = _NOISE.sub(" ", text[:_MAX_CHARS])
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    words = _WORD.findall(sample)
    letters = sum(len(word) for word in words)
    if han + kana >= 4 and (han + kana) * 4 >= letters:
        return "ja" if kana * 10 >= han else "zh"
    if len(words) < 3 or len(_OTHER_SCRIPT.findall(sample)) * 2 > letters:
        return None
    language, _ = _identifier().classify(" ".join(words))
    return str(language)
