"""Without the `ocr` extra nothing but the reading of pictures is missing: no module asks for its packages."""

import subprocess
import sys

_BLOCK = """
import sys
for name in ("PIL", "rapidocr", "onnxruntime", "cv2"):
    sys.modules[name] = None
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", _BLOCK + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_starts_without_text_recognition() -> None:
    run("import casepost.worker, casepost.work, casepost.service, casepost.doctor, casepost.commands.parse")


def test_it_is_known_that_pictures_cannot_be_looked_at() -> None:
    assert run("from ingest.files.picture_pool import can_look; print(can_look())") == "False\n"


def test_documents_are_read_without_it() -> None:
    assert run("from ingest.read.reader import read; print(read(b'Subject: a\\n\\nb').text)") == "b\n"
