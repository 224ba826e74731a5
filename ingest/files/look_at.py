"""A mail with what its pictures show: read words first, then seen ones."""

from dataclasses import replace

from cases.mail import Mail
from ingest.child_pool import ReaderFailed
from ingest.files.picture_pool import PicturePool

NO_RECOGNITION = "pictures were not read: text recognition is not installed (pip install 'casepost[ocr]')"


def look_at(mail: Mail, raw: bytes, path: str, pictures: PicturePool) -> Mail:
    """The mail with the identifiers that one of its files shows; a defect where it could not be looked at."""
    try:
        seen = pictures.look(raw, path, language=mail.language, known=mail.identifiers)
    except ReaderFailed as error:
        defect = f"picture in part {path} could not be read (the reader was stopped: {error.reason})"
        return replace(mail, defects=(*mail.defects, defect))
    new = tuple(one for one in seen.identifiers if one not in mail.identifiers)
    return replace(mail, identifiers=(*mail.identifiers, *new), defects=(*mail.defects, *seen.defects))
