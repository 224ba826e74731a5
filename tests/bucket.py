"""An S3 server of our own for tests: moto's, in a thread, on 127.0.0.1. It keeps all in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

NAME = "casepost-mails"


@dataclass
class BucketServer:
    """A running server with one bucket; `stop` and `start` take it down and up on the same port."""

    port: int = 0
    environ: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._server: Any = None

    @property
    def url(self) -> str:
        """For `blob_url`."""
        return f"s3://{NAME}/mails"

    def start(self) -> None:
        """Answer, with what was kept before."""
        server = pytest.importorskip("moto.server", reason="moto is not installed")
        running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        running.start()
        self._server = running
        self.port = running.get_host_and_port()[1]
        self.environ = {
            "AWS_ACCESS_KEY_ID": "casepost",
            "AWS_SECRET_ACCESS_KEY": "no secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
        }

    def stop(self) -> None:
        """Answer nothing."""
        self._server.stop()
        self._server._server.server_close()  # else the port is still open, and nobody answers there

    def make_bucket(self, name: str = NAME) -> None:
        """Make a bucket, as its owner does before the first start."""
        from moto.s3.models import s3_backends

        # moto keeps one world a process, whichever server it was made by.
        self._backend().buckets.pop(name, None)
        s3_backends.bucket_accounts.pop(name, None)
        self._backend().create_bucket(name, "us-east-1")

    def objects(self, name: str = NAME) -> dict[str, bytes]:
        """All that is in the bucket, by its key."""
        return {key: one.value for key, one in self._backend().buckets[name].keys.items()}

    def replace(self, key: str, octets: bytes) -> None:
        """Alter an object behind everybody's back."""
        self._backend().put_object(NAME, key, octets)

    def _backend(self) -> Any:
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"]
