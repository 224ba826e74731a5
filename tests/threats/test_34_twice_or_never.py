"""Threat 34, a mail of ours goes out twice or never: killed between the other side's 250 and our record of it.

Only there a mail may come a second time, with the same Message-ID; none is never sent, and each time is on record.
"""

from pathlib import Path

from store.failpoints import Step
from tests.faults.lives import Cradle
from tests.faults.rehearsal import Stage
from tests.sink import Sink
from tests.soak.books import message_id_of

_TIMES = 15


def test_34_killed_behind_the_last_250_each_mail_arrives_and_a_second_time_only_with_the_same_id(
    tmp_path: Path, sink: Sink
) -> None:
    with Cradle() as cradle:
        ended = Stage(tmp_path, sink, cradle).rehearse_often(Step.HANDED_OVER, times=_TIMES)
    assert ended.killed == _TIMES
    books = ended.books
    assert books.faults == ()
    assert (books.cases, books.acknowledgements, books.lost) == (_TIMES, _TIMES, 0)
    letters = {message_id_of(mail.content) for mail in sink.mails}
    assert len(letters) == 2 * _TIMES  # an acknowledgement and a mail to the agent, each
    # At least the one whose record was lost; another one that is sent again was within DATA, and may have arrived.
    assert _TIMES <= len(sink.mails) - len(letters) <= books.sent_again <= 2 * _TIMES
