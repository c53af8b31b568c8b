from collections.abc import Iterator

from safelight import errors


def all_errors(
    kind: type[errors.SafelightError] = errors.SafelightError,
) -> Iterator[type[errors.SafelightError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def test_every_error_has_a_code_and_a_sentence_of_its_own() -> None:
    found = [e for e in all_errors() if e.__module__ == errors.__name__]

    assert len({e.code for e in found}) == len(found)
    assert all(e().message.endswith(".") for e in found)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    documented = errors.__doc__ or ""

    for error in all_errors():
        if error.__module__ == errors.__name__:
            assert error.__name__ in documented
            assert error in (errors.PermanentError, errors.TransientError) or (
                error.code in documented
            )
