"""Where a clinic's own files lie."""

from pathlib import Path

import pytest

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.exercises.media import Store


@pytest.fixture
def store(tmp_path: Path, clinic: Clinic) -> Store:
    return Store(tmp_path / "media" / str(clinic.id))
