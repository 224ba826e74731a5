"""Large mails in a bucket, by a server that speaks S3: kept, proved, put over no others, and how faults end."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from casepost.app import App
from casepost.config import load
from casepost.doctor import Level, examine
from cases.arrival import Arrival, Channel
from store.errors import StoreDamaged, StoreUnavailable
from store.ledger import Ledger
from store.raw import IN_ROW_OCTETS, Kept, Raws
from store.store import Store
from tests.bucket import NAME, BucketServer
from tests.casework import NOW

SMALL = b"Subject: small\r\n\r\nfits into its row\r\n"
LARGE = bytes(range(256)) * (IN_ROW_OCTETS // 256) + b"one more"
HUGE = LARGE * 80  # 20 MB: over the size from which libraries like to upload in parts


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    running = BucketServer()
    running.start()
    running.make_bucket()
    yield running
    running.stop()


@pytest.fixture
def bucket(server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> BucketServer:
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def raws(store: Store, bucket: BucketServer, tmp_path: Path) -> Raws:
    """The store's bytes, the large ones in the bucket from now on."""
    return Raws(store.ledger_database, folder=tmp_path / "var" / "blobs", blob_url=bucket.url)


def arrival(raw: bytes) -> Arrival:
    return Arrival(raw=raw, channel=Channel.SMTP, sender=None, recipients=(), received_at=NOW)


@pytest.mark.parametrize("raw", [LARGE, HUGE], ids=["large", "huge"])
def test_a_large_mail_is_one_object_and_comes_back_byte_for_byte(
    store: Store, raws: Raws, bucket: BucketServer, tmp_path: Path, raw: bytes
) -> None:
    before = set(bucket.objects())
    ledger = Ledger(store.ledger_database, raws)
    small, large = ledger.add([arrival(SMALL), arrival(raw)])
    (new,) = set(bucket.objects()) - before
    assert bucket.objects()[new] == raw
    assert new.startswith(f"mails/{hashlib.sha256(raw).hexdigest()[:2]}/{hashlib.sha256(raw).hexdigest()}")
    assert (ledger.load(small), ledger.load(large)) == (SMALL, raw)
    assert not (tmp_path / "var" / "blobs").exists()


def test_what_was_kept_elsewhere_is_still_found_when_the_place_is_changed_there_and_back(
    store: Store, raws: Raws, bucket: BucketServer, tmp_path: Path
) -> None:
    another = f"another-{'sqlite' if store.cases.is_sqlite else 'postgresql'}"
    bucket.make_bucket(another)
    other = Raws(store.ledger_database, folder=tmp_path / "var" / "blobs", blob_url=f"s3://{another}")
    places = (store.blobs, raws, other)
    ids = [Ledger(store.ledger_database, place).add([arrival(LARGE)])[0] for place in places]
    for place in places:
        assert [Ledger(store.ledger_database, place).load(one) == LARGE for one in ids] == [True] * 3
    assert len(bucket.objects(another)) == 1


def test_the_same_bytes_twice_are_two_objects_so_that_one_may_go(raws: Raws) -> None:
    first, second = raws.keep(LARGE), raws.keep(LARGE)
    assert first.location is not None
    raws.drop(first.location)
    raws.drop(first.location)
    assert raws.load(second) == LARGE
    with pytest.raises(StoreDamaged, match="gone"):
        raws.load(first)


def test_an_altered_object_is_never_given_out(raws: Raws, bucket: BucketServer) -> None:
    kept = raws.keep(LARGE)
    assert kept.location is not None
    bucket.replace(kept.location.removeprefix(f"s3://{NAME}/"), LARGE[:-1] + b"?")
    with pytest.raises(StoreDamaged, match="not what was written"):
        raws.load(kept)


def test_a_put_whose_reply_was_lost_is_done_again_without_a_fault(raws: Raws) -> None:
    place = raws._bucket(raws._blob_url)
    assert place.write("ab" * 40, LARGE) == place.write("ab" * 40, LARGE)


def test_a_bucket_that_does_not_answer_is_a_reason_to_try_again_and_small_mails_come_in(
    store: Store, raws: Raws, bucket: BucketServer
) -> None:
    ledger = Ledger(store.ledger_database, raws)
    (before,) = ledger.add([arrival(LARGE)])
    bucket.stop()
    try:
        with pytest.raises(StoreUnavailable, match=f"s3://{NAME}/mails does not answer"):
            ledger.add([arrival(LARGE)])
        with pytest.raises(StoreUnavailable):
            ledger.load(before)
        (small,) = ledger.add([arrival(SMALL)])
        assert ledger.load(small) == SMALL
    finally:
        bucket.start()
    assert ledger.load(before) == LARGE
    assert ledger.load(ledger.add([arrival(LARGE)])[0]) == LARGE


def test_a_bucket_that_is_not_there_damages_no_mail(raws: Raws, bucket: BucketServer, tmp_path: Path) -> None:
    missing = Raws(raws._database, folder=tmp_path, blob_url="s3://no-such-bucket/mails")
    with pytest.raises(StoreUnavailable, match="no-such-bucket"):
        missing.keep(LARGE)
    kept = raws.keep(LARGE)
    assert kept.location is not None
    moved = kept.location.replace(NAME, "no-such-bucket")
    with pytest.raises(StoreUnavailable, match="no-such-bucket"):
        raws.load(Kept(content=None, location=moved, sha256=kept.sha256, size=kept.size))


@pytest.mark.parametrize("location", ["s3://casepost-mails/mails/../secret", "file:../../etc/passwd", "ftp:x", ""])
def test_a_location_that_is_none_of_ours_opens_nothing(raws: Raws, location: str) -> None:
    with pytest.raises(StoreDamaged):
        raws.load(Kept(content=None, location=location, sha256="0" * 64, size=1))


def test_a_probe_leaves_nothing_behind(raws: Raws, bucket: BucketServer) -> None:
    before = set(bucket.objects())
    raws.probe()
    assert set(bucket.objects()) == before


def test_doctor_names_the_bucket_that_does_not_answer_and_what_to_look_at(bucket: BucketServer, tmp_path: Path) -> None:
    (tmp_path / "casepost.toml").write_text('blob_url = "s3://no-such-bucket/mails"\n')
    app = App(load(tmp_path / "casepost.toml", {}), {})
    try:
        (found,) = [one for one in examine(app) if one.check == "blobs"]
    finally:
        app.close()
    assert found.level is Level.FAULT
    assert "no-such-bucket/mails does not answer" in found.says
    assert "AWS_ENDPOINT_URL" in found.mend
