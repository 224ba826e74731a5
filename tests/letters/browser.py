"""A headless Chromium that turns letters into pictures: one start for all, driven over a pipe (DevTools protocol).

Chromium reads commands from descriptor 3 and writes answers to 4, each ended by a zero octet
(`--remote-debugging-pipe`): no port is opened and no library is needed.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

COMMAND = shutil.which("chromium") or ""
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-extensions",
    "--remote-debugging-pipe",
)
# Puts our ends of the pipes where Chromium looks for them, then becomes Chromium.
_BECOME = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_MEASURE = (
    "JSON.stringify({width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight,"
    " narrow: matchMedia('(max-width: 480px)').matches, dark: matchMedia('(prefers-color-scheme: dark)').matches})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a reader sees a letter; `width` is that of the window in CSS pixels."""

    name: str
    width: int
    dark: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A picture as PNG; `width` is what the letter needs, `narrow` and `dark` which media queries held."""

    png: bytes
    width: int
    narrow: bool
    dark: bool


class Browser:
    """One Chromium with one page; a context manager, so that it always ends."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="letters", ignore_cleanup_errors=True)
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        given = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs_in, theirs_out)]
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _BECOME,
                *map(str, given),
                COMMAND,
                *_OPTIONS,
                f"--user-data-dir={self._folder.name}",
            ],
            pass_fds=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in (theirs_in, theirs_out, *given):
            os.close(one)
        self._numbers = count(1)
        self._buffer = b""
        self._session = ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)  # Chromium ends when nobody can command it any more
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._folder.cleanup()

    def take(self, html: str, look: Look) -> Shot:
        """A picture of the whole letter, as long as it is."""
        narrow = look.width <= 480
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=look.width, height=200, deviceScaleFactor=1, mobile=narrow
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Page.navigate", url="about:blank")  # else the viewport of the last letter's frame would hold on
        self._ask("Page.setDocumentContent", frameId=self._frame, html=html)
        found = json.loads(self._ask("Runtime.evaluate", expression=_MEASURE)["result"]["value"])
        clip = {"x": 0, "y": 0, "width": look.width, "height": found["height"], "scale": 1}
        shown = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        png = base64.b64decode(shown["data"])
        return Shot(png=png, width=found["width"], narrow=found["narrow"], dark=found["dark"])

    def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """The answer to one command; what the browser says by itself meanwhile is dropped."""
        number = next(self._numbers)
        question = {"id": number, "method": method, "params": parameters}
        if self._session:
            question["sessionId"] = self._session
        os.write(self._out, json.dumps(question).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            received = os.read(self._in, 1 << 20)
            if not received:
                raise RuntimeError("the browser has ended")
            self._buffer += received
        line, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(line)
        return answer
