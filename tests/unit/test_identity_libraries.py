"""What we do ourselves beside dkimpy and authres comes to the same as they do, where they can do it."""

import hashlib
import random
import subprocess
import sys
from dataclasses import replace

import authres
import pytest
from dkim.canonicalization import CanonicalizationPolicy

from ingest.identity.bodies import Bodies
from ingest.identity.fields import parse_block
from ingest.identity.results import parse_results

HEAVY = ("dkim", "spf", "dns", "authres", "publicsuffixlist", "nacl", "ingest.read")
PIECES = [b"a", b" ", b"\t", b"\r\n", b"\r\n", b"\r", b"  ", b" \r\n", b"\xff", b"\r\n\r\n", b"."]


@pytest.mark.parametrize("form", ["relaxed", "simple"])
def test_a_body_has_the_hash_that_dkimpy_gives_it(form: str) -> None:
    source = random.Random(form)
    policy = CanonicalizationPolicy.from_c_value(f"{form}/{form}".encode())
    for _ in range(3_000):
        block = parse_block(b"A: b\r\n\r\n" + b"".join(source.choices(PIECES, k=source.randrange(12))))
        assert block is not None
        digest = hashlib.sha256(policy.canonicalize_body(block.body)).digest()
        tags = {b"c": policy.to_c_value(), b"bh": _base64(digest)}
        assert Bodies(block).fits(tags), block.body
        assert not Bodies(replace(block, raw=block.raw + b"x\r\n")).fits(tags)


def _base64(octets: bytes) -> bytes:
    import base64

    return base64.b64encode(octets)


@pytest.mark.parametrize(
    "value",
    [
        "mx.example; none",
        "mx.example 1; spf=pass smtp.mailfrom=shop.example",
        'mx.example; dkim=pass reason="good signature" header.i=@shop.example header.d=shop.example',
        "(c) mx.example (d); dkim=fail (e) header.d=shop.example; spf=softfail smtp.mailfrom=a@shop.example",
        "mx.example; dmarc=fail header.from=shop.example; dkim=pass header.d=a.example; dkim=none header.d=b.example",
    ],
)
def test_what_is_well_formed_is_read_as_authres_reads_it(value: str) -> None:
    theirs = authres.all_features().parse_value(value)
    ours = parse_results(value)
    assert ours is not None
    assert ours.authserv_id == theirs.authserv_id
    assert [(one.method, one.value) for one in ours.results] == [(one.method, one.result) for one in theirs.results]
    for mine, other in zip(ours.results, theirs.results, strict=True):
        named = {f"{one.type}.{one.name}": one.value for one in other.properties}
        assert {name: text for name, text in mine.properties if name != "reason"} == named


def test_nothing_heavy_is_imported_before_the_first_mail_is_checked() -> None:
    code = (
        "import sys; from ingest.identity.check import Checker; from ingest.identity.facts import Rules; "
        f"Checker(Rules()); print([one for one in {HEAVY!r} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
