"""Large bytes as objects of an S3 bucket, or of any store that speaks S3.

Who we are is in the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL for
other stores than Amazon's, or the role of the machine (developmentseed.org/obstore/latest/api/store/aws).
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cases.errors import PermanentError
from store.errors import StoreDamaged, StoreUnavailable

if TYPE_CHECKING:
    from obstore.store import S3Store

# A sender waits meanwhile, and gives up by itself after minutes (RFC 5321 section 4.5.3.2.6): the library's own
# patience of three minutes is too long, and one try too few for a bucket that is only busy.
_CONNECT = timedelta(seconds=5)
_REQUEST = timedelta(seconds=45)
_RETRY_FOR = timedelta(seconds=15)
_RETRIES = 3


def split_location(location: str) -> tuple[str, str]:
    """The bucket's address and the name of an object in it; StoreDamaged when it is no location of an object."""
    found = re.fullmatch(r"(s3://.+)/[0-9a-f]{2}/([0-9a-f]{64,80})", location)
    if found is None:
        raise StoreDamaged("a row names an object that is none of the store's")
    return found[1], found[2]


class Bucket:
    """A bucket and the prefix of our objects in it: `s3://bucket/prefix`. Connects when first used.

    What no row names stays there: two installations may share a bucket, and one that was restored from the other's
    backup, for a rehearsal, would take away what it cannot know of.
    """

    def __init__(self, url: str) -> None:
        if find_spec("obstore") is None:
            raise PermanentError("blob_url needs a library: pip install 'casepost[s3]'")
        self._url = url
        self._bucket, _, self._prefix = url.removeprefix("s3://").partition("/")

    def write(self, name: str, octets: bytes) -> str:
        """Put the bytes, never over others; the location under which they are found."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        # The name is a hash and a random number: what is there already is ours, put by a try whose reply was lost.
        with self._translated(), suppress(AlreadyExistsError):
            obstore.put(self._store, self._key(name), octets, mode="create")
        return f"{self._url}/{name[:2]}/{name}"

    def read(self, name: str) -> bytes:
        """The bytes; StoreDamaged when the object is gone and the bucket is there."""
        import obstore

        with self._translated():
            try:
                return bytes(obstore.get(self._store, self._key(name)).bytes())
            except FileNotFoundError as error:
                # The same answer as for a bucket that is not there, which somebody will mend: that one has no list.
                next(iter(obstore.list(self._store, self._key(name))), None)
                raise StoreDamaged(f"the object of the bytes {name[:12]}… is gone from {self._url}") from error

    def drop(self, name: str) -> None:
        """Take the object away; nothing happens when it is gone."""
        import obstore

        with self._translated():
            obstore.delete(self._store, self._key(name))

    @cached_property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        return S3Store(
            self._bucket,
            client_options={"connect_timeout": _CONNECT, "timeout": _REQUEST, "allow_http": plain},
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
        )

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self._prefix, name[:2], name) if part)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Whatever the bucket says is temporary: a wrong key, a full account, a broken line is mended by somebody."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            said = next(iter(str(error).splitlines()), type(error).__name__)[:200]
            raise StoreUnavailable(f"{self._url} does not answer: {said}") from error
