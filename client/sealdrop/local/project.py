"""The clone whose template the local stack runs."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from sealdrop.local.errors import ProjectNotFound

TEMPLATE = "template.yaml"


def find_project(project: Path | None = None) -> Path:
    """Return the folder that holds template.yaml.

    Without `project`, look from the working directory upward, then from this file upward (an editable install).
    Raises ProjectNotFound.
    """
    candidates: Iterable[Path] = chain(_upward(Path.cwd()), _upward(Path(__file__).parent))
    if project is not None:
        candidates = [project.resolve()]
    for folder in candidates:
        if (folder / TEMPLATE).is_file():
            return folder
    where = str(project) if project is not None else f"{Path.cwd()} or above"
    raise ProjectNotFound(f"no {TEMPLATE} in {where}")


def _upward(folder: Path) -> Iterable[Path]:
    return [folder, *folder.parents]
