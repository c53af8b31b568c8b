"""Read ``for`` and ``parallel``.

https://cloud.google.com/workflows/docs/reference/syntax/iteration
https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps
"""

from __future__ import annotations

from collections.abc import Callable

from localcloud.workflows.limits import Limits
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.source import Mapping, Node, Scalar, Sequence
from localcloud.workflows.syntax import (
    Block,
    Branch,
    Constant,
    Expression,
    For,
    ListTemplate,
    Parallel,
    Template,
)

_LOOP_KEYS = {"value", "index", "in", "range", "steps"}
_PARALLEL_KEYS = {"shared", "exception_policy", "concurrency_limit", "branches", "for"}
_MIN_BRANCHES = 2
_RANGE_LENGTH = 2


class LoopParser:
    """Reads loops and parallel steps; the steps inside are read by what it is given."""

    def __init__(
        self,
        faults: Faults,
        limits: Limits,
        block: Callable[[Node], Block],
        body_block: Callable[[str, Node], Block],
    ) -> None:
        self._faults = faults
        self._limits = limits
        self._block = block
        self._body_block = body_block

    def loop(self, name: str, node: Node) -> For | None:
        """Return a loop."""
        if not isinstance(node, Mapping):
            self._faults.note(f"'for' of step '{name}' must be a map", node.place)
            return None
        self._faults.unknown_keys(node, _LOOP_KEYS, "'for'")
        value, index, steps = node.get("value"), node.get("index"), node.get("steps")
        source = self._source(name, node)
        if value is None or steps is None:
            missing = "value" if value is None else "steps"
            self._faults.note(f"'for' of step '{name}' has no '{missing}'", node.place)
            return None
        self._faults.check_name(value, "loop variable")
        if index is not None:
            self._faults.check_name(index, "loop variable")
        if source is None or not isinstance(value, Scalar):
            return None
        is_range = node.get("range") is not None
        index_name = index.text if isinstance(index, Scalar) else None
        return For(value.text, index_name, source, is_range, self._block(steps), node.place)

    def _source(self, name: str, node: Mapping) -> Template | None:
        items, numbers = node.get("in"), node.get("range")
        if (items is None) == (numbers is None):
            self._faults.note(f"'for' of step '{name}' needs either 'in' or 'range'", node.place)
            return None
        if items is not None:
            return self._items(name, items)
        return self._range(name, numbers) if numbers is not None else None

    def _items(self, name: str, node: Node) -> Template:
        template = self._faults.template(node, self._limits)
        if not isinstance(template, Expression | ListTemplate) and not isinstance(node, Sequence):
            self._faults.note(f"'in' of step '{name}' must be a list", node.place)
        return template

    def _range(self, name: str, node: Node) -> Template:
        template = self._faults.template(node, self._limits)
        if isinstance(template, Expression):
            return template
        if not isinstance(node, Sequence) or len(node.items) != _RANGE_LENGTH:
            self._faults.note(f"'range' of step '{name}' must be a list of two", node.place)
        if isinstance(template, Constant) and isinstance(template.value, list):
            for value in template.value:
                if type(value) not in (int, float):
                    self._faults.note(f"'range' of step '{name}' takes numbers", node.place)
        return template

    def parallel(self, name: str, node: Node) -> Parallel | None:
        """Return a parallel step."""
        if not isinstance(node, Mapping):
            self._faults.note(f"'parallel' of step '{name}' must be a map", node.place)
            return None
        self._faults.unknown_keys(node, _PARALLEL_KEYS, "'parallel'")
        branches, loop = node.get("branches"), node.get("for")
        if (branches is None) == (loop is None):
            text = f"parallel step '{name}' needs either 'branches' or 'for'"
            self._faults.note(text, node.place)
            return None
        self._check_policy(node.get("exception_policy"))
        work: tuple[Branch, ...] | For | None
        if branches is not None:
            work = self._branches(name, branches)
        else:
            work = self.loop(name, loop) if loop is not None else None
        if work is None:
            return None
        limit = self._limit(node.get("concurrency_limit"))
        return Parallel(work, self._shared(node.get("shared")), limit, node.place)

    def _check_policy(self, node: Node | None) -> None:
        if node is not None and (not isinstance(node, Scalar) or node.text != "continueAll"):
            text = "the only exception_policy is 'continueAll'"
            self._faults.note(text, node.place)

    def _limit(self, node: Node | None) -> Template | None:
        if node is None:
            return None
        template = self._faults.template(node, self._limits)
        if isinstance(template, Expression):
            return template
        value = template.value if isinstance(template, Constant) else None
        if type(value) is not int or value < 1:
            self._faults.note("'concurrency_limit' must be a positive integer", node.place)
        return template

    def _shared(self, node: Node | None) -> tuple[str, ...]:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return ()
        if not isinstance(node, Sequence):
            self._faults.note("'shared' must be a list of variables", node.place)
            return ()
        for item in node.items:
            self._faults.check_name(item, "shared variable")
        return tuple(item.text for item in node.items if isinstance(item, Scalar))

    def _branches(self, name: str, node: Node) -> tuple[Branch, ...] | None:
        if not isinstance(node, Sequence):
            self._faults.note(f"'branches' of step '{name}' must be a list", node.place)
            return None
        count, limit = len(node.items), self._limits.max_branches
        if not _MIN_BRANCHES <= count <= limit:
            text = f"parallel step '{name}' has {count} branches, not {_MIN_BRANCHES} to {limit}"
            self._faults.note(text, node.place)
        found = [branch for item in node.items if (branch := self._branch(item))]
        seen: set[str] = set()
        for branch, item in zip(found, node.items, strict=False):
            if branch.name in seen:
                self._faults.note(f"duplicate branch name '{branch.name}'", item.place)
            seen.add(branch.name)
        return tuple(found)

    def _branch(self, node: Node) -> Branch | None:
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            self._faults.note("a branch must be a map with one key, its name", node.place)
            return None
        name, body = node.entries[0]
        return Branch(name.text, self._body_block(name.text, body))
