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


def test_no_stage_moves_a_terminal_picture_on_by_itself() -> None:
    for state in TERMINAL:
        assert not NEXT[state] & {State.READY, State.QUARANTINED}
