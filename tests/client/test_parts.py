"""How rows are cut, and how few threads carry many parts."""

import threading
import weakref

import pandas as pd

from sealdrop.request import send
from sealdrop.request.bounded_map import WIDTH, bounded_map
from sealdrop.request.parts import PART_BYTES, Part, at_a_time, cut, rows_per_part


def test_cut_covers_all_rows_once():
    assert cut(5, 2) == (Part(0, 0, 2), Part(1, 2, 4), Part(2, 4, 5))
    assert cut(4, 4) == (Part(0, 0, 4),)


def test_parts_are_sensible_uploads(published):
    for manifest, _ in published.values():
        for plan in manifest.plans:
            rows = rows_per_part(plan)
            assert rows % plan.layout.rows_per_block == 0
            assert plan.input_bytes(rows) <= PART_BYTES


def test_large_parts_are_held_two_at_a_time(published):
    plan = next(plan for manifest, _ in published.values() for plan in manifest.plans)
    blocks = PART_BYTES // plan.input_bytes(1)
    widths = [at_a_time(plan, plan.layout.rows_per_block * blocks * times) for times in (1, 2, 20)]
    assert widths == [4, 2, 2]


def test_few_sealed_parts_are_held_at_a_time(service, client, cancer, monkeypatch):
    held, counts, sealed_part = weakref.WeakSet(), [], send.SealedPart

    def sealed(*fields):
        part = sealed_part(*fields)
        held.add(part)
        counts.append(len(held))
        return part

    monkeypatch.setattr("sealdrop.request.parts.PART_ROWS", 1)
    monkeypatch.setattr(send, "SealedPart", sealed)
    client.model("breast-cancer").predict(pd.concat([cancer.X] * 12))
    assert len(counts) > 3 * WIDTH
    assert max(counts) <= WIDTH + 1


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
