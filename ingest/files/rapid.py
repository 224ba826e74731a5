"""Text recognition by RapidOCR (ONNX models that come with the package): the better reader, and the larger one.

It takes about 550 MB while it works, so its process ends when there is nothing to look at.
"""

import functools
import importlib.util
from typing import TYPE_CHECKING, Any

from ingest.files.boxes import Box

if TYPE_CHECKING:
    from PIL.Image import Image

_MIN_SCORE = 0.5


def is_installed() -> bool:
    """Whether the `ocr` extra is there."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "PIL"))


@functools.cache
def _engine() -> Any:
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    # One thread: it works beside a service, at a lower priority, on machines with few cores.
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={**threads, "Global.log_level": "error"})


def read_with_rapid(picture: "Image") -> list[Box]:
    """The lines of text in an RGB picture, in pixels."""
    import numpy

    found = _engine()(numpy.asarray(picture)[:, :, ::-1])
    if found.boxes is None or found.txts is None:
        return []
    return [
        Box(
            left=float(corners[:, 0].min()),
            top=float(corners[:, 1].min()),
            right=float(corners[:, 0].max()),
            bottom=float(corners[:, 1].max()),
            text=str(text),
        )
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if score >= _MIN_SCORE
    ]
