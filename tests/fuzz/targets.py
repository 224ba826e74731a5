"""All targets."""

from tests.fuzz.agent_commands import COMMANDS
from tests.fuzz.delivery_reports import REPORTS
from tests.fuzz.header_fields import HEADERS
from tests.fuzz.reading import READ
from tests.fuzz.references import REFERENCES
from tests.fuzz.sessions import SESSIONS

TARGETS = (READ, HEADERS, REFERENCES, COMMANDS, REPORTS, SESSIONS)
