"""The rules of the house that no linter knows: sizes, docstrings, lock files, and what is written about the targets."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("casepost", "cases", "ingest", "responder", "store")
LOCKS = ("run", "dev")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Put together here so that this file does not hold what it forbids.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
    )
)
OWN_PATHS = re.compile(r"(?<![\w.~}-])/(?:" + "|".join(("home", "root", "work", "Users")) + r")/\w")


@cache
def files_of_the_repository() -> tuple[Path, ...]:
    """What is committed or would be; in an unpacked archive, which has no history, all but hidden folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        found = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    else:
        found = (
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts[:-1])
        )
    return tuple(sorted(path for path in found if path.is_file()))


def python_files() -> list[Path]:
    return [path for path in files_of_the_repository() if path.suffix == ".py"]


def shipped_files() -> list[Path]:
    return [path for path in python_files() if path.relative_to(ROOT).parts[0] in SHIPPED]


def is_migration(path: Path) -> bool:
    """A migration is a record of one day, loaded by its path, written out in full and never changed afterwards."""
    return path.match("store/migrations/*/versions/*.py")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of ours; mails of the corpus are others' words and may name any path."""
    for path in files_of_the_repository():
        raw = path.read_bytes()
        if path.suffix not in {".eml", ".mbox", ".msg"} and b"\0" not in raw:
            yield path, raw.decode("utf-8", "replace")


@cache
def targets() -> dict[str, str]:
    """The targets that the Makefile lists of itself, with what it says of them."""
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z]+):.*?## (.+)$", made, re.MULTILINE))


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "format", "lock"])
def test_make_lists_the_target_and_says_what_it_does(target: str) -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^make {target} +{re.escape(targets()[target])}$", listed, re.MULTILINE)


def test_every_make_target_that_the_documents_name_exists() -> None:
    documents = [path for path in files_of_the_repository() if path.suffix == ".md" and "templates" not in path.parts]
    named = {
        (name(path), target)
        for path in documents
        for target in re.findall(r"(?:`|^ {4}|^\$ )make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert [where for where in sorted(named) if where[1] not in targets()] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_every_package_with_hashes_of_several_files(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    joined = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    assert len(joined) > 20
    for line in joined:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
    # One hash alone is what a locally built wheel leaves; a package may be published as one file, most are not.
    alone = [line.split()[0] for line in joined if line.count("--hash=") == 1]
    assert len(alone) < len(joined) / 10, alone


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_index_address_or_path(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert re.findall(r"^-.*|^.*://.*|^.* @ .*|^.*file:.*|^[./].*", text, re.MULTILINE) == []


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def test_tests_run_with_the_very_versions_that_users_get() -> None:
    assert pins("run").items() <= pins("dev").items()


def project() -> dict[str, list[str]]:
    """The dependencies that pyproject.toml declares, by extra; "" are those that everybody gets."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": declared["dependencies"], **declared["optional-dependencies"]}


def plain(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize(("lock", "extras"), [("run", ("", "build")), ("dev", ("", "build", "dev", "postgres", "s3"))])
def test_a_lock_file_holds_all_that_is_declared(lock: str, extras: tuple[str, ...]) -> None:
    declared = {plain(requirement) for extra in extras for requirement in project()[extra]} - {"casepost"}
    assert declared - {plain(package) for package in pins(lock)} == set()


def test_every_library_that_is_imported_is_declared() -> None:
    declared = {plain(requirement) for requirements in project().values() for requirement in requirements}
    sources = {module: {plain(found) for found in names} for module, names in packages_distributions().items()}
    missing = {
        (name(path), module)
        for path in shipped_files()
        for module in imported_modules(path)
        if module not in sys.stdlib_module_names
        and module not in SHIPPED
        and not sources.get(module, {module}) & declared
    }
    assert missing == set()


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        (name(path), word)
        for path, text in texts()
        for word in (*(host for host in REGISTRIES if host in text), *OWN_PATHS.findall(text))
    ]
    assert found == []


def test_no_python_file_is_longer_than_400_lines() -> None:
    lengths = {name(path): len(path.read_bytes().splitlines()) for path in python_files() if not is_migration(path)}
    assert {path: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    functions = [
        (f"{name(path)}: {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in python_files()
        if not is_migration(path)
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 10
    assert [function for function in functions if function[1] > MAX_FUNCTION_LINES] == []


def test_every_shipped_package_and_module_says_what_it_is_for() -> None:
    packages = {name(path) for path in shipped_files() if path.name == "__init__.py"}
    assert {f"{room}/__init__.py" for room in SHIPPED} <= packages
    folders = {name(path.parent) for path in shipped_files() if not is_migration(path)}
    assert folders == {str(Path(package).parent) for package in packages}
    assert [name(path) for path in shipped_files() if not ast.get_docstring(ast.parse(path.read_bytes()))] == []


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[?Unreleased\]?", changelog, re.MULTILINE)
