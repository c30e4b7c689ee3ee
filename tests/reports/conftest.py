"""Keys that are made once a run, and documents that are printed once a run."""

from pathlib import Path

import pytest

from credit.reports import signing
from credit.reports.content import Kind, Language
from credit.reports.development import development_files, make
from credit.reports.printing import Printed
from credit.reports.printing import make as print_report
from tests.reports import sample
from tests.reports.world import World, make_world


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "signing"
    make(folder)
    return folder


@pytest.fixture(scope="session")
def signer(key_folder) -> signing.LoadedSigner:
    return signing.load(development_files(key_folder))


@pytest.fixture(scope="session")
def trust(key_folder):
    return signing.certificates_in(key_folder / "ca.pem")


@pytest.fixture(scope="session")
def printed(signer) -> dict[tuple[Kind, Language], Printed]:
    """Each kind in English, and a full one in Chinese."""
    wanted = [(kind, Language.ENGLISH) for kind in Kind] + [(Kind.FULL, Language.CHINESE)]
    return {
        (kind, language): print_report(sample.content(kind, language).for_kind(), signer) for kind, language in wanted
    }


@pytest.fixture(scope="session")
def full(printed) -> bytes:
    return printed[Kind.FULL, Language.ENGLISH].pdf


@pytest.fixture
def data_dir(key_folder, settings) -> Path:
    """A DATA_DIR with a development key in it."""
    settings.DATA_DIR = key_folder.parent
    return key_folder.parent


@pytest.fixture
def world(db, now, data_dir) -> World:
    return make_world(now)
