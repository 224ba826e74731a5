"""The letters that are looked at: every shipped template in every language that has it, of made-up cases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from responder.check import sample_cases
from responder.render import Rendered, render
from responder.templates import Templates, shipped_folder
from responder.values import Values

# Which cases a template is looked at with, besides the one in which everything is filled.
_MORE = {"acknowledgement": ("nothing missing",), "reminder": ("nothing missing",), "agent_mail": ("odd author",)}


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeLetter:
    """One letter in words, with the name of its template and of the made-up case."""

    name: str
    language: str
    case: str
    rendered: Rendered

    @property
    def title(self) -> str:
        """The letter's name as a file can be called: "acknowledgement-nothing-missing"."""
        return self.name if self.case == "everything" else f"{self.name}-{self.case.replace(' ', '-')}"


def make_letters(languages: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Iterator[MadeLetter]:
    """The letters of these languages and templates, all where none is named, language by language."""
    templates = Templates(shipped=shipped_folder())
    pairs = sorted((language, name) for name in templates.names() for language in templates.languages(name))
    for language, name in pairs:
        if (not languages or language in languages) and (not names or name in names):
            values = every_case(language)
            for case in ("everything", *_MORE.get(name, ())):
                rendered = render(template=templates.find(name, [language]), values=values[case])
                yield MadeLetter(name=name, language=language, case=case, rendered=rendered)


def every_case(language: str) -> dict[str, Values]:
    """The cases a template is checked with, and one of an author who takes no part and writes from an odd address."""
    cases = dict(sample_cases(language))
    everything = cases["everything"]
    odd = replace(
        everything.message,
        address="anna.schmidt@shöp.example",
        wire="anna.schmidt@xn--shp-sna.example",
        warning="name_seller",
        stranger="anna.schmidt@shöp.example",
        proof="fail",
        proof_detail="dmarc=fail (p=reject)",
        left_out="video.mp4",
        withheld="invoice.exe (infected: Eicar-Signature)",
        seal="encrypted",
        risky="scan.pdf.js, label.docm",
    )
    return cases | {"odd author": replace(everything, message=odd)}
