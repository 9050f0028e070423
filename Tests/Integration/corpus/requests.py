"""The whole request corpus, with unique names."""

from . import Case, chunks, framing, heads


def all_cases() -> list[Case]:
    result = [*framing.cases(), *chunks.cases(), *heads.cases()]
    names = [case.name for case in result]
    repeated = {name for name in names if names.count(name) > 1}
    assert not repeated, f"names twice: {repeated}"
    return result
