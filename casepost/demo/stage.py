"""Everything a play needs, set up and taken down: folder, inbox, service, store; and the signals that end it."""

import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from casepost.app import App
from casepost.config import load
from casepost.demo.folder import QUEUE, USUAL_PORT, DemoFailed, Folder, find_port, open_folder
from casepost.demo.hints import print_hints
from casepost.demo.inbox import Inbox
from casepost.demo.play import Play
from casepost.demo.running import Running, run_service
from casepost.demo.timeline import Timeline
from casepost.demo.watch import Watch

_LOOK_EVERY = 0.1
_INTERRUPTED = 130


def run_demo(path: Path, *, stop_after: bool) -> int:
    """Play in the folder `path`, then serve until a signal unless `stop_after`; the exit code, faults are printed."""
    # SIGINT too: a shell that starts us in the background has it ignored, and Python would leave it so.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    timeline = Timeline()
    try:
        with open_folder(path) as folder:
            return _run(folder, timeline, stop_after=stop_after)
    except DemoFailed as error:
        sys.stdout.flush()
        sys.stderr.write(f"casepost demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        timeline.say()
        timeline.say("Stopped before the play was over.")
        return _INTERRUPTED


def _run(folder: Folder, timeline: Timeline, *, stop_after: bool) -> int:
    with ExitStack() as stack:
        inbox = stack.enter_context(Inbox(folder.mailboxes))
        port = find_port()
        folder.write_config(port=port, inbox_port=inbox.port)
        timeline.say("casepost demo: two sellers, an agent, and casepost between them", "bold")
        began = time.monotonic()
        service = stack.enter_context(run_service(folder))
        taken = "" if port == USUAL_PORT else f" ({USUAL_PORT} is taken)"
        timeline.say(
            f"`casepost serve` runs after {time.monotonic() - began:.1f} s. It takes mail to {QUEUE} by SMTP on "
            f"127.0.0.1:{port}{taken} and hands its own to the mailboxes of this demo by SMTP on "
            f"127.0.0.1:{inbox.port}. All it keeps is in {folder.path}, and its log in {folder.log}."
        )
        app = App(load(folder.config, {}), {})
        stack.callback(app.store.close)
        timeline.zone = app.config.queues[0].timezone
        play = Play(app=app, folder=folder, watch=Watch(app, inbox), timeline=timeline, port=port)
        number = play.perform()
        timeline.say()
        timeline.say(play.sum_up() + ("" if stop_after else " casepost serves on; Ctrl-C ends it."), "bold")
        print_hints(timeline, folder, port=port, number=number, serving=not stop_after)
        if not stop_after:
            _serve_on(play, service, timeline)
    return 0


def _serve_on(play: Play, service: Running, timeline: Timeline) -> None:
    """Tell what comes until a signal."""
    timeline.say()
    try:
        while True:
            play.look()
            service.check()
            time.sleep(_LOOK_EVERY)
    except KeyboardInterrupt:
        timeline.say()
        timeline.say("Ending: what is in hand is finished. The folder stays until the next demo.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
