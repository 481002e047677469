"""What fuzzing found stays mended, and good files are read: else fuzzing would try nothing."""

import sys
from pathlib import Path

import pytest

import fuzz
import readers

KEPT = sorted(fuzz.KEPT.glob("*")) if fuzz.KEPT.is_dir() else []


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.name)
def test_what_made_a_reader_fail_is_read_or_refused(file: Path) -> None:
    reader = readers.READERS[file.stem.rpartition("-")[0]]

    assert readers.failure(reader, file) is None


def test_good_files_are_read_by_every_reader(tmp_path: Path) -> None:
    seeds = readers.seeds(tmp_path)

    assert seeds.keys() == readers.READERS.keys()
    for name, reader in readers.READERS.items():
        for data in seeds[name]:
            file = tmp_path / f"{name}{reader.ending}"
            file.write_bytes(data)
            assert reader.read(file)


@pytest.mark.skipif(sys.platform != "linux", reason="the fuzzer has wheels for Linux alone")
def test_a_reader_is_fuzzed_beyond_its_seeds() -> None:
    pytest.importorskip("atheris", reason="the fuzzer is not in the registry for this Python")

    (done,) = fuzz.run(seconds=3, seed=1, only="plain-form")

    assert done.failures == ()
    assert done.inputs > 10
    assert done.edges > 50
