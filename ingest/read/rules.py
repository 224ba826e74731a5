"""What an installation adds to the rules of reading: identifiers and topic words. Plain values: they go to children."""

from dataclasses import dataclass
from pathlib import Path

from ingest.identifiers.own_kinds import OwnKind
from ingest.read.defects import Defects
from ingest.topics import Rules, load_rules


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingRules:
    """Own kinds of identifiers, and the folder of an administrator's topic files."""

    own_kinds: tuple[OwnKind, ...] = ()
    topics_dir: Path | None = None


NO_OWN_RULES = ReadingRules()


def load_topics(rules: ReadingRules, defects: Defects) -> Rules:
    """The topic rules as the files are now; the shipped ones while an administrator's file is wrong."""
    try:
        return load_rules(rules.topics_dir)
    except (ValueError, OSError) as error:
        defects.add(f"topics: the shipped words were used: {error}")
        return load_rules()
