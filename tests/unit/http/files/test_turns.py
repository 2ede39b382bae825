"""What computes for seconds leaves half of the time to small requests, and all of it where there are none."""

from __future__ import annotations

import time

import pytest

from tenantapp.http.files.turns import LATELY_SECONDS, LONGEST_PAUSE, Turns


@pytest.fixture
def turns() -> Turns:
    return Turns()


def test_a_pause_beside_small_requests_is_as_long_as_the_work(turns: Turns) -> None:
    with turns.long_work(), turns.small_request():
        assert turns.pause_after(0.002) == 0.002


def test_threads_of_long_work_share_one_half(turns: Turns) -> None:
    with turns.long_work(), turns.long_work(), turns.long_work(), turns.small_request():
        pause = turns.pause_after(0.002)
    # Three of them, each of which computes a sixth of the time.
    assert 0.002 / (0.002 + pause) == pytest.approx(1 / 6)


def test_work_that_was_long_does_not_pause_as_long(turns: Turns) -> None:
    with turns.long_work(), turns.small_request():
        assert turns.pause_after(5.0) == LONGEST_PAUSE


def test_a_pause_is_made_however_long_a_small_request_is_at_work(turns: Turns) -> None:
    with turns.long_work(), turns.small_request():
        time.sleep(LATELY_SECONDS * 1.5)
        assert turns.pause_after(0.002) == 0.002


def test_a_pause_follows_a_request_that_has_just_ended(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    # However long the machine stops meanwhile.
    monkeypatch.setattr("tenantapp.http.files.turns.LATELY_SECONDS", 600.0)
    with turns.small_request():
        pass
    with turns.long_work():
        assert turns.pause_after(0.002) == 0.002


def test_a_process_without_small_requests_computes_all_the_time(turns: Turns) -> None:
    with turns.small_request():
        pass
    time.sleep(LATELY_SECONDS * 1.5)
    with turns.long_work():
        assert turns.pause_after(0.002) == 0.0


def test_a_pace_counts_what_it_computed_and_not_what_it_waited_for(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[float] = []
    monkeypatch.setattr(turns, "pause_after", lambda computed: counted.append(computed) or 0.0)
    with turns.long_work() as pace:
        time.sleep(0.2)
        pace.give_way()
    assert counted[0] < 0.1


def test_work_that_failed_is_counted_no_more(turns: Turns) -> None:
    with pytest.raises(ZeroDivisionError), turns.long_work():
        raise ZeroDivisionError
    with turns.long_work(), turns.small_request():
        assert turns.pause_after(0.002) == 0.002
