"""How rows are cut into parts: one part is one upload, one message, one evaluation."""

from dataclasses import dataclass

from sealdrop_core.plan import Plan

PART_BYTES = 8 << 20  # a sensible upload: small enough to send again, large enough not to notice the request
PART_ROWS = 1 << 16
PART_MILLISECONDS = 5000.0  # of one worker: far below any function's timeout


@dataclass(frozen=True)
class Part:
    """Rows `start` to `stop` of a job."""

    number: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start


def rows_per_part(plan: Plan) -> int:
    """Return the rows of a full part: as many whole blocks as the three bounds above allow, at least one."""
    block = plan.layout.rows_per_block
    carried = max(plan.layout.inputs * plan.ciphertext_bytes, plan.block_result_bytes(block))
    blocks = min(PART_BYTES // carried, PART_ROWS // block, int(PART_MILLISECONDS / max(plan.quote.milliseconds, 1e-3)))
    return max(1, blocks) * block


def cut(rows: int, step: int) -> tuple[Part, ...]:
    """Cut `rows` rows into parts of `step` rows, numbered from 0; the last may be shorter."""
    return tuple(Part(number, start, min(rows, start + step)) for number, start in enumerate(range(0, rows, step)))
