"""A process of many trials, in one world."""

from contextlib import ExitStack

from tests.differential.trial import Outcome, Trial
from tests.differential.world import World, world

TRIALS_OF_A_WORLD = 40  # the embedded S3 keeps every object in memory
_open = ExitStack()
_worlds: list[World] = []
_done: list[int] = []


def trial(seed: int, index: int) -> Outcome:
    """Run a trial in this process's world."""
    if len(_done) % TRIALS_OF_A_WORLD == 0:
        end()
        _worlds.clear()
    _done.append(index)
    if not _worlds:
        _worlds.append(_open.enter_context(world()))
    try:
        return Trial(seed, index).run(_worlds[0])
    except Exception as error:  # whatever is no refusal is a defect, and the others go on
        return Outcome(index, "?", "wrong", said=f"{type(error).__name__}: {error}")


def end() -> None:
    """End this process's world."""
    _open.close()
