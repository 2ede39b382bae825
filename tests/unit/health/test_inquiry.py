"""An inquiry: one search at a time, an answer kept for a while, and nobody who waits for long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tenantapp.health.inquiry import Inquiry

ASKERS = 50


class Search:
    """A search that lasts until it is told to end."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.begun += 1
        assert self.may_end.wait(30)
        return self.begun


def test_those_who_ask_at_the_same_time_share_one_search() -> None:
    search = Search()
    inquiry = Inquiry(search, seconds=60, patience=30)
    with ThreadPoolExecutor(ASKERS) as askers:
        answers = [askers.submit(inquiry.answer) for _ in range(ASKERS)]
        search.may_end.set()
        assert {answer.result() for answer in answers} == {1}
    assert inquiry.answer() == 1
    assert search.begun == 1


def test_an_answer_is_found_out_anew_when_it_is_too_old() -> None:
    search = Search()
    search.may_end.set()
    inquiry = Inquiry(search, seconds=0, patience=30)
    assert [inquiry.answer(), inquiry.answer()] == [1, 2]


def test_a_search_that_hangs_is_waited_for_once_and_not_begun_again() -> None:
    search = Search()
    inquiry = Inquiry(search, seconds=60, patience=0.5)
    with pytest.raises(TimeoutError):
        inquiry.answer()
    asked = time.monotonic()
    for _ in range(100):
        with pytest.raises(TimeoutError):
            inquiry.answer()
    assert time.monotonic() - asked < 0.5
    assert search.begun == 1
    search.may_end.set()


def test_what_a_search_raises_is_raised_and_not_kept() -> None:
    failures = [ValueError("away")]

    def find() -> str:
        if failures:
            raise failures.pop()
        return "found"

    inquiry = Inquiry(find, seconds=60, patience=30)
    with pytest.raises(ValueError, match="away"):
        inquiry.answer()
    assert inquiry.answer() == "found"
