"""What computes for seconds gives way to small requests, and goes on all the same."""

from __future__ import annotations

import threading
import time

from tenantapp.http.turns import LONGEST_PAUSE, Turns


def seconds_to_give_way(turns: Turns) -> float:
    started = time.monotonic()
    turns.give_way()
    return time.monotonic() - started


def test_it_waits_for_nobody_where_there_is_no_small_request() -> None:
    turns = Turns()
    with turns.small_request():
        pass
    assert seconds_to_give_way(turns) < LONGEST_PAUSE


def test_it_goes_on_though_small_requests_never_end() -> None:
    turns = Turns()
    with turns.small_request():
        assert LONGEST_PAUSE <= seconds_to_give_way(turns) < 1


def test_it_goes_on_when_the_small_request_has_ended() -> None:
    turns = Turns()
    begun, ended = threading.Event(), threading.Event()

    def ask() -> None:
        with turns.small_request():
            begun.set()
            ended.wait(5)

    thread = threading.Thread(target=ask)
    thread.start()
    begun.wait(5)
    ended.set()
    thread.join()
    assert seconds_to_give_way(turns) < LONGEST_PAUSE
