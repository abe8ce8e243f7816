"""Workers that run out of memory, which SEAL never gives back: a new one has all of it."""

import json
import socket
import time
from multiprocessing.connection import Connection
from threading import Thread

import pytest

from evaluate import process
from evaluate.process import Process, Work, WorkerLost
from evaluate.shared import Shared
from evaluate.spans import spans
from evaluate.worker import Worker
from sealdrop_core.evaluation import Program

MEGABYTE = 1 << 20


def _evaluated(one: Process, work: Work, body: memoryview) -> bytes:
    (span,) = spans(work.plan, 1, 1)
    return one.evaluate(work, body[: span.end], span, time.monotonic() + 60)


def test_a_worker_that_runs_out_of_memory_says_so_and_ends(work, plan, monkeypatch):
    def load(*_):
        raise MemoryError

    monkeypatch.setattr(Program, "load", load)
    ours, theirs = (Connection(end.detach()) for end in socket.socketpair())
    thread = Thread(target=Worker(theirs, Shared(), MEGABYTE).serve)
    thread.start()
    task = {"program": work.program, "keys": None, "rows": 1, "bytes": plan.input_bytes(1)}
    ours.send_bytes(json.dumps(task).encode())
    assert json.loads(ours.recv_bytes()) == {"needs": "program"}
    for message in work.supplies("program"):
        ours.send_bytes(message)
    assert json.loads(ours.recv_bytes()) == {"exhausted": True}
    thread.join()
    ours.close()


def test_a_worker_full_of_other_work_is_replaced_unnoticed(work, body, plan, monkeypatch):
    real, pids = process._converse, []

    def converse(*given):
        pids.append(one.pid)
        if len(pids) == 1:
            raise process.WorkerExhausted("full")
        return real(*given)

    monkeypatch.setattr(process, "_converse", converse)
    one = Process(1 << 30)
    assert len(_evaluated(one, work, body)) == plan.result_bytes(1)
    first, second = pids
    assert first != second
    one.stop()


def test_work_that_no_worker_has_memory_for_fails_that_attempt(work, body):
    one = Process(150 * MEGABYTE)
    huge = Work(work.plan, work.program, bytes(200 * MEGABYTE))
    with pytest.raises(WorkerLost) as lost:
        _evaluated(one, huge, body)
    assert (lost.value.code, lost.value.retryable) == ("worker_died", True)
    one.stop()
