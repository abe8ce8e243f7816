"""Finding the clone."""

from pathlib import Path

import pytest

from sealdrop.local.errors import ProjectNotFound
from sealdrop.local.project import find_project


def test_the_clone_around_the_working_directory_is_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "functions" / "api")
    assert find_project() == project


def test_a_folder_without_a_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFound, match=r"template\.yaml") as refused:
        find_project(tmp_path)
    assert refused.value.remedy
