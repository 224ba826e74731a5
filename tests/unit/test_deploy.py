"""deploy/ against the code: what the unit, the image and the compose file name is there, and none of it is secret."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]

from casepost.cli import casepost
from casepost.config import load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROGRAM = "/opt/casepost/bin/casepost"


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """The settings of the unit's [Service], each with all it was given."""
    found: dict[str, list[str]] = {}
    body = (DEPLOY / "casepost.service").read_text(encoding="utf-8").partition("[Service]")[2].partition("[Install]")[0]
    for name, value in re.findall(r"^(\w+)=(.*)$", body, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def instructions(stage: int | None = None) -> Iterator[tuple[str, str]]:
    """The instructions of the Containerfile, of one stage or all, with their continuation lines."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    number = -1
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        number += word == "FROM"
        if word and stage in (None, number):
            yield word, rest.strip()


def environment() -> dict[str, str]:
    (given,) = (rest for word, rest in instructions(1) if word == "ENV")
    return dict(pair.split("=", 1) for pair in given.split())


def check_command(words: list[str]) -> None:
    """Whether casepost has this command with these options."""
    name, *rest = words
    command = casepost.get_command(click.Context(casepost), name)
    assert command is not None, f"there is no casepost {name}"
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known


def test_the_unit_starts_the_command_as_operations_installs_it(unit: dict[str, list[str]]) -> None:
    (start,) = unit["ExecStart"]
    program, *words = start.split()
    assert program == PROGRAM
    check_command(words)
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "adduser --system --group --home /var/lib/casepost casepost" in told
    assert (unit["User"], unit["StateDirectory"], unit["StateDirectoryMode"]) == (["casepost"], ["casepost"], ["0700"])
    assert "/opt/casepost/source/deploy/casepost.service" in told
    assert unit["KillMode"] == ["mixed"]  # SIGTERM for the supervisor alone: it ends its children in order


def test_the_unit_leaves_no_right_but_the_low_port(unit: dict[str, list[str]]) -> None:
    assert unit["CapabilityBoundingSet"] == unit["AmbientCapabilities"] == ["CAP_NET_BIND_SERVICE"]
    assert unit["NoNewPrivileges"] == unit["MemoryDenyWriteExecute"] == unit["PrivateTmp"] == ["yes"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["SystemCallFilter"] == ["@system-service", "~@privileged"]


def _analyze(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / "casepost.service"  # with a program that is there
    copy.write_text((DEPLOY / "casepost.service").read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))
    done = ["systemd-analyze", *words, str(copy)]
    return subprocess.run(done, capture_output=True, text=True, check=False, timeout=60)


def test_systemd_has_nothing_to_say_of_the_unit(tmp_path: Path) -> None:
    said = _analyze(tmp_path, "verify", "--man=no")
    # The machine's own units are looked at too, as far as they concern ours: /lib/systemd/system/NAME:8: …
    about_ours = [line for line in said.stderr.splitlines() if not line.startswith(("/lib/", "/usr/lib/", "/etc/"))]
    assert (said.returncode, about_ours) == (0, [])


def test_systemd_calls_the_unit_little_exposed(tmp_path: Path) -> None:
    said = _analyze(tmp_path, "security", "--offline=yes", "--no-pager", "--threshold=25")  # 2.5 of 10
    if "Unknown" in said.stderr or "unrecognized" in said.stderr:
        pytest.skip("this systemd-analyze rates no files")
    assert said.returncode == 0, said.stdout


def test_what_the_image_copies_is_there_and_holds_every_room() -> None:
    copied = [rest.split()[:-1] for word, rest in instructions(0) if word == "COPY"]
    names = {name for group in copied for name in group}
    assert [name for name in names if not (ROOT / name).exists()] == []
    wheel = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("only-include = [")[2].partition("]")[0]
    assert set(re.findall(r'"(\w+)"', wheel)) <= names


def test_the_image_gets_what_postgresql_and_s3_need_with_hashes() -> None:
    lock = (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8").splitlines(keepends=True)
    (pattern,) = {found for _, rest in instructions(0) for found in re.findall(r"sed -n '/\^(.*?)/,", rest)}
    names = pattern.replace("\\(", "(").replace("\\|", "|").replace("\\)", ")")
    picked = [line.partition("==")[0] for line in lock if re.match(names, line)]
    assert set(picked) == {"obstore", "psycopg", "psycopg-binary"}


def test_the_last_stage_runs_as_nobody_special_and_holds_no_build_tools() -> None:
    last = list(instructions(1))
    assert [rest for word, rest in last if word == "USER"] == ["casepost"]
    assert [rest for word, rest in last if word == "COPY"] == ["--from=build /opt/casepost /opt/casepost"]
    installed = " ".join(rest for word, rest in last if word == "RUN")
    assert not re.search(r"\b(?:gcc|make|git|pip|python3-venv|python3-dev)\b", installed)
    assert "--uid 10001" in installed


def test_the_image_serves_on_the_ports_it_exposes_and_asks_its_own_health(tmp_path: Path) -> None:
    given = {name: value for name, value in environment().items() if name.startswith("CASEPOST_")}
    config = load(None, given)
    ports = {config.smtp.listen.rpartition(":")[2], config.web.listen.rpartition(":")[2]}
    assert [set(rest.split()) for word, rest in instructions(1) if word == "EXPOSE"] == [ports]
    volumes = [rest for word, rest in instructions(1) if word == "VOLUME"]
    assert volumes == [str(config.data_dir)]
    (health,) = (rest for word, rest in instructions(1) if word == "HEALTHCHECK")
    path = re.search(rf"http://127\.0\.0\.1:{config.web.listen.rpartition(':')[2]}(/\w+)", health)
    assert path is not None
    assert path[1] == "/readyz"
    site = (ROOT / "casepost" / "web" / "site.py").read_text(encoding="utf-8")
    assert f'"{path[1]}"' in site
    (entry, command) = (rest for word, rest in instructions(1) if word in ("ENTRYPOINT", "CMD"))
    assert entry == '["casepost"]'
    check_command(yaml.safe_load(command))


def test_the_compose_file_builds_that_image_and_fits_its_ports_and_places(compose: Any) -> None:
    ours = compose["services"]["casepost"]
    assert (DEPLOY / ours["build"]["context"] / ours["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    exposed = next(rest.split() for word, rest in instructions(1) if word == "EXPOSE")
    assert sorted(port.rpartition(":")[2] for port in ours["ports"]) == sorted(exposed)
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in ours["volumes"]}
    assert mounted[environment()["CASEPOST_DATA_DIR"]] in compose["volumes"]
    assert (DEPLOY / mounted[ours["environment"]["CASEPOST_CONFIG"]]).exists()
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]


def test_the_configuration_of_the_compose_file_is_accepted_with_its_environment(compose: Any) -> None:
    given = {**environment(), **compose["services"]["casepost"]["environment"]}
    given = {name: str(value) for name, value in given.items() if name.startswith("CASEPOST_")}
    assert load(DEPLOY / "casepost.toml", given).database_url == "postgresql+psycopg://casepost@database/casepost"
    database = compose["services"]["database"]["environment"]
    assert (database["POSTGRES_USER"], database["POSTGRES_DB"]) == ("casepost", "casepost")


def test_no_password_stands_in_a_file_of_deploy(compose: Any) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{\w+:[?-][\w ]*\}", value), name
    for file in DEPLOY.iterdir():
        assert not re.search(r"://[^/\s:]+:[^@/\s]+@", file.read_text(encoding="utf-8")), file.name
