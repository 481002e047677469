"""A ledger for each test, built by the migrations, and the program to run on it."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import memory
import provinces
import servers
from tracker.cli.app import run
from tracker.i18n import speak
from tracker.store import ledger, log, setup

TODAY = date(2024, 6, 30)
NOW = datetime(2024, 6, 30, 4, 0, tzinfo=UTC)
SOURCES = Path(os.environ.get("TRACKER_SOURCES", Path(__file__).parents[2] / "shared" / "sources"))


class Ran(NamedTuple):
    """What a command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


Run = Callable[..., Ran]


def pytest_configure() -> None:
    memory.keep_temporary_files()


@pytest.fixture(autouse=True)
def _english_and_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("TRACKER_DB", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRACKER_ACTOR", "li")
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    speak("en")
    yield
    speak("en")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What needs a ledger runs on both databases; what needs its file, on SQLite alone."""
    if "database" in metafunc.fixturenames and "file" not in metafunc.fixturenames:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that this test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    setup.create(ledger.place(str(file)), by=log.Acting("builder", TODAY, NOW))
    return file


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    # The server has a user of its own, who cannot go into the folders that pytest makes.
    with tempfile.TemporaryDirectory(prefix="tracker-postgres-") as folder:
        Path(folder).chmod(0o755)
        with servers.running(Path(folder) / "data") as server:
            yield server


@pytest.fixture(scope="session")
def server_template(server: servers.Server) -> Iterator[str]:
    with server.database() as name:
        setup.create(ledger.place(server.url(name)), by=log.Acting("builder", TODAY, NOW))
        yield name


@pytest.fixture(scope="session")
def kept_apart(server: servers.Server) -> Iterator[str]:
    with server.database() as name:
        provinces.make(server, name, log.Acting("builder", TODAY, NOW))
        yield name


@pytest.fixture
def apart(server: servers.Server, kept_apart: str) -> Iterator[provinces.Apart]:
    with server.copy(kept_apart) as name:
        yield provinces.Apart(server, name)


@pytest.fixture
def whole(apart: provinces.Apart) -> Iterator[provinces.Apart]:
    """A ledger whose contents are the same after the test."""
    before = apart.contents()
    yield apart
    assert apart.contents() == before


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    """The file of a ledger with the bundled registers and first reports."""
    return Path(shutil.copy(template, tmp_path))


@pytest.fixture
def at(
    database: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[ledger.Place]:
    """A ledger of its own with the bundled registers and first reports."""
    if database == "sqlite":
        yield ledger.place(str(request.getfixturevalue("file")))
        return
    # There is no place beside a server where files would lie.
    monkeypatch.setenv("TRACKER_EVIDENCE", str(tmp_path / "evidence"))
    server = request.getfixturevalue("server")
    with server.copy(request.getfixturevalue("server_template")) as name:
        yield ledger.place(server.url(name))


@pytest.fixture
def tracker(at: ledger.Place, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the program on the ledger of this test: `tracker("list", "-f", "json")`."""
    here = at.address

    def call(*arguments: str, db: Path | str | None = here) -> Ran:
        capfd.readouterr()
        code = run([*(["--db", str(db)] if db else []), *arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return call


@pytest.fixture
def sources() -> Path:
    if not SOURCES.is_dir():
        pytest.skip("the source documents are not here (TRACKER_SOURCES names their folder)")
    return SOURCES
