import pytest

from safelight.record import NEXT, TERMINAL, IllegalMoveError, State, check_move


def test_a_quarantined_picture_never_becomes_ready_without_rendering() -> None:
    with pytest.raises(IllegalMoveError):
        check_move(State.QUARANTINED, State.READY)


def test_every_state_that_the_table_names_may_be_deleted() -> None:
    for state in State:
        check_move(state, State.DELETED)


def test_every_move_that_is_not_in_the_table_is_refused() -> None:
    for before, allowed in NEXT.items():
        for after in set(State) - allowed - {State.DELETED}:
            with pytest.raises(IllegalMoveError):
                check_move(before, after)


def test_nothing_leads_to_ready_but_rendering() -> None:
    assert [state for state in NEXT if State.READY in NEXT[state]] == [State.RENDERING]


def test_a_picture_that_is_shown_can_only_be_withdrawn() -> None:
    assert NEXT[State.READY] == {State.QUARANTINED}


def test_no_terminal_picture_reaches_another_end_but_through_people() -> None:
    ends = {(before, after) for before in TERMINAL for after in NEXT[before] & TERMINAL}

    assert ends == {(State.READY, State.QUARANTINED), (State.QUARANTINED, State.REJECTED)}
