"""The model thread: order, survival, memory."""

import sys
import weakref
from threading import Event

import pytest

from phitui.errors import Cancelled, ModelError
from phitui.models.thread import ModelThread, Priority


@pytest.fixture
def thread():
    made = ModelThread()
    yield made
    made.close()


def test_the_most_urgent_job_goes_first_and_equals_go_in_order(thread):
    begun, go, order = Event(), Event(), []
    first = thread.submit(lambda: (begun.set(), go.wait(10)), Priority.INDEXING)
    begun.wait(10)
    for number in range(2):
        for priority in (Priority.INDEXING, Priority.QUERY, Priority.ANSWER):
            last = thread.submit(lambda name=(priority, number): order.append(name), priority)
    go.set()
    first.result(10)
    thread.run(lambda: None, Priority.INDEXING)
    assert last.done()
    assert order == [(p, n) for p in (Priority.ANSWER, Priority.QUERY, Priority.INDEXING) for n in range(2)]


def test_a_failing_job_tells_its_caller_and_the_thread_lives_on(thread):
    def fail():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        thread.run(fail, Priority.ANSWER)
    assert thread.run(lambda: 7, Priority.ANSWER) == 7


@pytest.mark.parametrize("kind", ["torch", "python", "allocator"])
def test_out_of_memory_becomes_one_sentence_and_the_thread_lives_on(thread, kind):
    def exhaust():
        import torch

        if kind == "torch":
            raise torch.OutOfMemoryError("CUDA out of memory")
        if kind == "python":
            raise MemoryError
        torch.empty(1 << 50)

    with pytest.raises(ModelError, match="too little free memory"):
        thread.run(exhaust, Priority.ANSWER)
    assert thread.run(lambda: 7, Priority.ANSWER) == 7


def test_what_a_failed_job_held_is_freed(thread):
    import torch

    held = []

    def exhaust():
        big = torch.zeros(10)
        held.append(weakref.ref(big))
        raise MemoryError

    future = thread.submit(exhaust, Priority.ANSWER)
    assert isinstance(future.exception(10), ModelError)
    thread.run(lambda: None, Priority.INDEXING)  # who waits is answered before anything is cleaned up
    assert held[0]() is None


def test_a_native_library_that_panics_costs_one_job(thread):
    class PanicException(BaseException):
        """What Rust libraries raise: no Exception."""

    def panic():
        raise PanicException("index out of bounds")

    with pytest.raises(ModelError, match="index out of bounds"):
        thread.run(panic, Priority.ANSWER)
    assert thread.run(lambda: 7, Priority.ANSWER) == 7


def test_a_torch_that_cannot_be_imported_is_said(thread, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for _ in range(2):
        with pytest.raises(ModelError, match="torch cannot be imported"):
            thread.run(lambda: 7, Priority.ANSWER)


def test_a_job_that_is_cancelled_while_it_waits_never_runs(thread):
    begun, go, ran = Event(), Event(), []
    first = thread.submit(lambda: (begun.set(), go.wait(10)), Priority.ANSWER)
    begun.wait(10)
    waiting = thread.submit(lambda: ran.append(1), Priority.ANSWER)
    waiting.cancel()
    go.set()
    first.result(10)
    thread.run(lambda: None, Priority.INDEXING)
    assert not ran


def test_after_closing_waiting_jobs_end_and_new_ones_are_refused(thread, monkeypatch):
    monkeypatch.setattr("phitui.models.thread.CLOSE_SECONDS", 0.1)
    begun, go = Event(), Event()
    first = thread.submit(lambda: (begun.set(), go.wait(10)), Priority.ANSWER)
    begun.wait(10)
    waiting = thread.submit(lambda: 7, Priority.INDEXING)
    thread.close()
    late = thread.submit(lambda: 8, Priority.ANSWER)
    go.set()
    assert first.result(10) and waiting.result(10) == 7
    with pytest.raises(Cancelled):
        late.result(10)


def test_a_long_job_lets_questions_in_between_its_steps(thread):
    begun, queued, order = Event(), Event(), []

    def answer():
        begun.set()
        queued.wait(10)
        order.append("step")
        thread.serve(Priority.QUERY)
        order.append("step")

    long = thread.submit(answer, Priority.ANSWER)
    begun.wait(10)
    thread.submit(lambda: order.append("another answer"), Priority.ANSWER)
    thread.submit(lambda: order.append("indexing"), Priority.INDEXING)
    failing = thread.submit(lambda: order.append("question") or 1 / 0, Priority.QUERY)
    thread.submit(lambda: order.append("question"), Priority.QUERY)
    queued.set()
    long.result(10)
    thread.run(lambda: None, Priority.INDEXING)
    assert order == ["step", "question", "question", "step", "another answer", "indexing"]
    with pytest.raises(ZeroDivisionError):
        failing.result(10)
