"""Where a mail asks to be answered, when it is answered elsewhere: for the record, so that agents see it."""

from cases.address import fold_address
from cases.change import Step
from cases.mail import Mail
from cases.reference import has_form_of_ours
from store.correspondence import REPLY_TO_STEP


def find_wish(mail: Mail, reply_address: str) -> tuple[Step, ...]:
    """A step that names the first Reply-To, where it is another than `reply_address`, at which the author is answered.

    Only a person can say whether that address is the author's as well: `#add` does.
    """
    wished = next((one.address for one in mail.reply_to), "")
    if not wished or fold_address(wished) == fold_address(reply_address) or has_form_of_ours(wished):
        return ()
    return (Step(step=REPLY_TO_STEP, hit=False, detail=wished),)
