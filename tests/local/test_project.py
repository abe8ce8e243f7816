"""Finding the clone."""

from pathlib import Path

import pytest

from sealdrop.local.errors import ProjectNotFound
from sealdrop.local.project import find_project


def test_the_folder_above_the_working_directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "functions" / "api")
    assert find_project() == project


def test_a_folder_without_a_template(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFound, match=r"template\.yaml") as refused:
        find_project(tmp_path)
    assert refused.value.remedy
