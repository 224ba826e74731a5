"""django-helpdesk in this process: `helpdesk_in_process.py FOLDER MAILS`, run by the Python of its environment.

A queue with the shipped templates on Django's SQLite as it comes: a commit for each statement, synchronous=FULL. What
is called for each mail is what `manage.py get_email` calls for each file of a local mailbox.
"""

import json
import logging
import sys
import time
from pathlib import Path

import django  # type: ignore[import-not-found,unused-ignore]
from django.conf import settings  # type: ignore[import-not-found,unused-ignore]
from django.core.management import call_command  # type: ignore[import-not-found,unused-ignore]
from django.urls import include, path  # type: ignore[import-not-found,unused-ignore]

urlpatterns: list[object] = []  # of this module, which is ROOT_URLCONF; filled once the settings are known
_APPS = ("admin", "auth", "contenttypes", "humanize", "messages", "sessions", "sites")


def main(folder: Path, mails: Path) -> None:
    """Take every mail in, print what it took and how many tickets are new."""
    new = not (folder / "helpdesk.db").exists()
    _configure(folder)
    if new:
        folder.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("loaddata", "emailtemplate.json", verbosity=0)
    from django.core import mail as outbox  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.email import extract_email_metadata  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.models import Queue, Ticket  # type: ignore[import-not-found,unused-ignore]

    queue, _ = Queue.objects.get_or_create(
        title="Support", slug="support", email_address="support@casepost.example", allow_email_submission=True
    )
    logger = logging.getLogger("bench")
    before, files = Ticket.objects.count(), sorted(mails.iterdir())
    began = time.perf_counter()
    for file in files:
        extract_email_metadata(message=file.read_text(encoding="utf-8", errors="replace"), queue=queue, logger=logger)
    seconds = time.perf_counter() - began
    if len(outbox.outbox) < len(files):
        sys.exit(f"{len(outbox.outbox)} acknowledgements for {len(files)} mails")
    print(json.dumps({"mails": len(files), "seconds": seconds, "tickets": Ticket.objects.count() - before}))


def _configure(folder: Path) -> None:
    settings.configure(
        SECRET_KEY="bench",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "helpdesk.db"}},
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in _APPS), "rest_framework", "helpdesk"],
        ROOT_URLCONF="__main__",
        MEDIA_ROOT=folder / "media",
        USE_TZ=True,
        SITE_ID=1,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        # Written and kept in memory: what a way out would cost is left out, in its favour.
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        MIDDLEWARE=[],
        LOGGING_CONFIG=None,
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    logging.basicConfig(level=logging.ERROR)
    django.setup()
    urlpatterns.append(path("", include("helpdesk.urls", namespace="helpdesk")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
