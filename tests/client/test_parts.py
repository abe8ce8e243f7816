"""How rows are cut, and how few threads carry many parts."""

import threading

from sealdrop.request.bounded_map import bounded_map
from sealdrop.request.parts import PART_BYTES, Part, cut, rows_per_part


def test_cut_covers_all_rows_once():
    assert cut(5, 2) == (Part(0, 0, 2), Part(1, 2, 4), Part(2, 4, 5))
    assert cut(4, 4) == (Part(0, 0, 4),)


def test_parts_are_sensible_uploads(published):
    for manifest, _ in published.values():
        for plan in manifest.plans:
            rows = rows_per_part(plan)
            assert rows % plan.layout.rows_per_block == 0
            assert plan.input_bytes(rows) <= PART_BYTES


def test_a_bounded_map_keeps_order_and_bound():
    drawn = []

    def numbers():
        for number in range(20):
            drawn.append(number)
            yield number

    for taken, result in enumerate(bounded_map(lambda number: number * 2, numbers(), threading.Event(), width=3)):
        assert result == taken * 2
        assert len(drawn) - taken <= 3


def test_a_bounded_map_stops_its_threads_when_nobody_takes_the_results():
    stop = threading.Event()
    results = bounded_map(lambda number: number, range(9), stop)
    next(results)
    results.close()
    assert stop.is_set()
