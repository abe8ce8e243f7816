"""Workers die, hang and are fooled; the function, the other parts and the job's end do not suffer."""

import ast
import errno
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import pytest

from evaluate.pool import Pool
from evaluate.process import Process, Work, WorkerLost, _converse
from evaluate.shared import Shared
from evaluate.spans import spans
from evaluate.worker import Worker
from sealdrop_core.errors import EvaluationFailed, MalformedSeal


def _soon():
    return time.monotonic() + 30


def _pids(pool):
    return [process._process.pid for process in pool._processes]


def test_a_body_is_cut_where_blocks_meet(plan):
    each, block = plan.layout.rows_per_block, plan.input_bytes(1)
    cut = list(spans(plan, 5 * each + 1, 4))
    assert [(span.start, span.end, span.rows) for span in cut] == [
        (0, 2 * block, 2 * each),
        (2 * block, 4 * block, 2 * each),
        (4 * block, 6 * block, each + 1),
    ]
    assert sum(span.result_bytes for span in cut) == plan.result_bytes(5 * each + 1)


def test_threads_share_the_pool(pool, work, body, plan):
    rows = 4 * plan.layout.rows_per_block
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: pool.evaluate(work, body, rows, _soon()), range(16)))
    assert set(results) == {results[0]}  # an open response has no randomness of its own
    assert len(results[0]) == plan.result_bytes(rows)


def test_a_worker_has_no_credentials_no_core_dumps_and_bounded_memory(pool, work, body):
    pool.evaluate(work, body, 4 * work.plan.layout.rows_per_block, _soon())  # they have started when they answer
    for pid in _pids(pool):
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
        names = {entry.partition("=")[0] for entry in environment.split("\0") if entry}
        tuning = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"}
        assert names == {"PYTHONPATH", "LD_LIBRARY_PATH", "LANG"} | tuning
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        assert next(line for line in limits if line.startswith("Max core file size")).split()[4:6] == ["0", "0"]
        assert str(1 << 30) in next(line for line in limits if line.startswith("Max address space"))


def test_a_worker_that_died_idle_is_replaced_unnoticed(pool, work, body, plan):
    for pid in _pids(pool):
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    rows = 4 * plan.layout.rows_per_block
    assert len(pool.evaluate(work, body, rows, _soon())) == plan.result_bytes(rows)


@pytest.fixture
def fatal(monkeypatch):
    """Kill a worker with signal 9 in the middle of its next task: when it asks for the program it is to run."""
    real, killed = Work.supplies, []

    def arm(processes, times=1):
        def supplies(self, what):
            if len(killed) < times:
                killed.extend(process._process.pid for process in processes[:1])
                for process in processes:
                    os.kill(process._process.pid, signal.SIGKILL)
            return real(self, what)

        monkeypatch.setattr(Work, "supplies", supplies)
        return killed

    return arm


def test_a_worker_killed_at_its_work_fails_only_that_attempt(work, body, plan, fatal):
    process = Process(1 << 30)
    process.start()
    killed = fatal([process])
    (span,) = spans(plan, 4 * plan.layout.rows_per_block, 1)
    with pytest.raises(WorkerLost) as died:
        process.evaluate(work, body, span, _soon())
    assert (died.value.code, died.value.retryable) == ("worker_died", True)
    assert process._process.pid not in killed
    assert len(process.evaluate(work, body, span, _soon())) == span.result_bytes
    process.stop()


def test_a_worker_that_cannot_be_started_fails_only_that_attempt(work, body, plan, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    process = Process(1 << 30)
    (span,) = spans(plan, 4 * plan.layout.rows_per_block, 1)
    with monkeypatch.context() as patch:
        patch.setattr("evaluate.process.subprocess.Popen", full)
        with pytest.raises(WorkerLost) as lost:
            process.evaluate(work, body, span, _soon())
    assert (lost.value.code, lost.value.retryable) == ("worker_died", True)
    assert len(process.evaluate(work, body, span, _soon())) == span.result_bytes
    process.stop()


@pytest.mark.parametrize("size", ["small", "larger than a socket holds"])
def test_a_worker_that_hangs_is_stopped_at_the_deadline(work, body, plan, size):
    process = Process(1 << 30)
    process.start()
    os.kill(process._process.pid, signal.SIGSTOP)
    blocks = 1 if size == "small" else 40
    (span,) = spans(plan, blocks * plan.layout.rows_per_block, 1)
    with pytest.raises(WorkerLost) as hung:
        process.evaluate(work, memoryview(bytes(body[: plan.input_bytes(1)]) * blocks), span, time.monotonic() + 0.2)
    assert hung.value.code == "evaluation_timeout"
    process.stop()


def test_what_a_worker_refuses_is_told_and_the_worker_lives_on(pool, work, plan):
    before = _pids(pool)
    with pytest.raises(MalformedSeal) as refused:
        pool.evaluate(work, memoryview(b"\xff" * plan.input_bytes(1)), 1, _soon())
    assert (refused.value.code, refused.value.retryable) == ("residue_out_of_range", False)
    assert _pids(pool) == before


def test_weights_that_are_no_circuit_are_the_services_fault(pool, plan):
    with pytest.raises(EvaluationFailed) as failed:
        pool.evaluate(Work(plan, "broken", b"PK no archive"), memoryview(bytes(plan.input_bytes(1))), 1, _soon())
    assert (failed.value.code, failed.value.retryable) == ("malformed_weights", False)


def test_a_worker_remembers_what_it_was_given(pool, work, body, plan):
    pool.evaluate(work, body, 4 * plan.layout.rows_per_block, _soon())
    nothing = Work(plan, work.program, b"")
    assert len(pool.evaluate(nothing, body[: plan.input_bytes(1)], 1, _soon())) == plan.result_bytes(1)


def test_a_worker_forgets_what_it_has_no_room_for(work, body, plan):
    pool = Pool(1, 1 << 30)
    one = body[: plan.input_bytes(1)]
    for number in range(20):
        pool.evaluate(Work(plan, f"program {number}", work.weights), one, 1, _soon())
    with pytest.raises(EvaluationFailed):
        pool.evaluate(Work(plan, "program 0", b""), one, 1, _soon())
    pool.close()


@pytest.mark.parametrize(("memory", "asked"), [(1 << 40, 2), (1, 3)])
def test_a_worker_whose_memory_is_half_full_forgets(work, body, plan, monkeypatch, memory, asked):
    ours, theirs = (Connection(end.detach()) for end in socket.socketpair())
    shared, needs = Shared(), []
    real = Work.supplies
    monkeypatch.setattr(Work, "supplies", lambda self, what: needs.append(what) or real(self, what))
    thread = Thread(target=Worker(theirs, Shared(shared.descriptor), memory).serve)
    thread.start()
    (span,) = spans(plan, 1, 1)
    for name in ("one", "other", "one"):
        _converse(ours, shared, Work(plan, name, work.weights), body[: span.end], span)
    ours.close()
    thread.join()
    assert len(needs) == asked


def test_workers_end_with_their_pool(work):
    pool = Pool(1, 1 << 30)
    (pid,) = _pids(pool)
    del pool
    assert not Path(f"/proc/{pid}").exists()


@pytest.fixture
def own_pool(environment):
    """A pool whose workers know nothing yet."""
    own = Pool(2, 1 << 30)
    yield own
    own.close()


def test_a_job_whose_worker_is_killed_every_time_fails_and_never_hangs(owner, plan, rows, own_pool, fatal, monkeypatch):
    job, uploaded = owner.send(plan, rows)
    monkeypatch.setattr("evaluate.app.pool", own_pool)
    killed = fatal(own_pool._processes, times=100)
    for attempt in range(5):
        assert len(owner.deliver(uploaded)) == (attempt < 4)
    assert len(killed) == 5
    assert owner.part(job)["error"]["code"] == "worker_died"
    assert owner.follow(job)["job"]["state"] == "failed"


def test_a_job_whose_worker_is_killed_once_succeeds(owner, plan, rows, own_pool, fatal, monkeypatch):
    job, uploaded = owner.send(plan, rows)
    monkeypatch.setattr("evaluate.app.pool", own_pool)
    fatal(own_pool._processes)
    assert len(owner.deliver(uploaded)) == 1
    assert owner.part(job)["state"] == "evaluating"
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["state"] == "succeeded"


def test_a_part_that_takes_too_long_is_told_so(owner, plan, rows):
    job, uploaded = owner.send(plan, rows)
    for attempt in range(5):
        assert len(owner.deliver(uploaded, seconds=5)) == (attempt < 4)  # nothing is left after the reserve
    assert owner.part(job)["error"]["code"] == "evaluation_timeout"


def test_nothing_between_pool_and_worker_is_pickled():
    for name in ("pool", "process", "worker", "spans"):
        tree = ast.parse((Path(__file__).parents[2] / f"functions/evaluate/{name}.py").read_text())
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not attributes & {"send", "recv"}  # of Connection: these pickle, send_bytes and recv_bytes do not


def test_each_worker_has_a_core_of_its_own_when_there_are_enough(work, body, plan):
    cores = os.sched_getaffinity(0)
    pool = Pool(len(cores), 1 << 30)
    assert {frozenset(os.sched_getaffinity(pid)) for pid in pool.pids} == {frozenset([core]) for core in cores}
    assert len(pool.evaluate(work, body, 1, _soon())) == plan.result_bytes(1)
    pool.close()
    more = Pool(len(cores) + 1, 1 << 30)
    assert {frozenset(os.sched_getaffinity(pid)) for pid in more.pids} == {frozenset(cores)}
    more.close()
