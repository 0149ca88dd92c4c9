"""The model thread: order, survival, memory."""

from threading import Event

import pytest

from phitui.errors import ModelError
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
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes")

    with pytest.raises(ModelError, match="too little free memory"):
        thread.run(exhaust, Priority.ANSWER)
    assert thread.run(lambda: 7, Priority.ANSWER) == 7
