"""Read the steps of a routine.

https://cloud.google.com/workflows/docs/reference/syntax/steps
"""

from __future__ import annotations

from collections.abc import Callable

from localcloud.workflows.failures import Place
from localcloud.workflows.limits import Limits
from localcloud.workflows.parse_loops import LoopParser
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.source import Mapping, Node, Scalar, Sequence
from localcloud.workflows.syntax import (
    Action,
    Assign,
    Assignment,
    Block,
    Call,
    Case,
    Except,
    Nested,
    Pass,
    Raise,
    Return,
    Step,
    Switch,
    Template,
    Try,
)

_ACTIONS = ("assign", "call", "switch", "for", "parallel", "try", "steps", "raise", "return")
_BESIDE = {"args": "call", "result": "call", "retry": "try", "except": "try"}
_STEP_KEYS = {*_ACTIONS, *_BESIDE, "next"}
_RETRY_KEYS = {"predicate", "max_retries", "backoff"}
_BACKOFF_KEYS = {"initial_delay", "max_delay", "multiplier"}


class StepParser:
    """Reads blocks of steps, noting faults as it goes."""

    def __init__(self, faults: Faults, limits: Limits) -> None:
        self._faults = faults
        self._limits = limits
        self._loops = LoopParser(faults, limits, self.block, self.body_block)
        self._parsers: dict[str, Callable[[str, Mapping, Node], Action | None]] = {
            "assign": self._assign,
            "call": self._call,
            "switch": self._switch,
            "for": lambda name, _body, node: self._loops.loop(name, node),
            "parallel": lambda name, _body, node: self._loops.parallel(name, node),
            "try": self._try,
            "steps": lambda _name, _body, node: Nested(self.block(node)),
            "raise": lambda _name, _body, node: Raise(self._template(node)),
            "return": lambda _name, _body, node: Return(self._template(node)),
        }

    def block(self, node: Node) -> Block:
        """Return a list of steps."""
        if not isinstance(node, Sequence):
            self._faults.note("'steps' must be a list of steps", node.place)
            return Block(())
        if not node.items:
            self._faults.note("a list of steps may not be empty", node.place)
        steps = tuple(step for item in node.items if (step := self._named(item)))
        seen: set[str] = set()
        for step in steps:
            if step.name in seen:
                self._faults.note(f"duplicate step name '{step.name}'", step.place)
            seen.add(step.name)
        return Block(steps)

    def _named(self, node: Node) -> Step | None:
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            self._faults.note("a step must be a map with one key, its name", node.place)
            return None
        name, body = node.entries[0]
        if not isinstance(body, Mapping):
            self._faults.note(f"step '{name.text}' must be a map", body.place)
            return None
        if not name.text:
            self._faults.note("a step name may not be empty", name.place)
        return self.step(name.text, body, name.place)

    def body_block(self, name: str, node: Node) -> Block:
        """Return the steps of a body that is ``steps`` or one step without a name."""
        if not isinstance(node, Mapping):
            self._faults.note(f"the body of '{name}' must be a map", node.place)
            return Block(())
        steps = node.get("steps")
        if steps is not None and len(node.entries) == 1:
            return self.block(steps)
        step = self.step(name, node, node.place)
        return Block((step,) if step else ())

    def step(self, name: str, body: Mapping, place: Place) -> Step | None:
        """Return a step from its body."""
        self._faults.unknown_keys(body, _STEP_KEYS, f"step '{name}'")
        next_node = body.get("next")
        found = [key for key, _ in body.entries if key.text in _ACTIONS]
        if len(found) > 1:
            both = f"'{found[0].text}' and '{found[1].text}'"
            self._faults.note(f"step '{name}' has both {both}", found[1].place)
        self._check_companions(name, body)
        if found:
            action = self._action(name, body, found[0])
            place = found[0].place
        else:
            action = Pass()
            if next_node is None:
                self._faults.note(f"step '{name}' does nothing", place)
        if action is None:
            return None
        next_place = next_node.place if next_node else None
        return Step(name, action, self._next(next_node), place, next_place)

    def _check_companions(self, name: str, body: Mapping) -> None:
        for key, _ in body.entries:
            needed = _BESIDE.get(key.text)
            if needed is not None and body.get(needed) is None:
                text = f"'{key.text}' needs '{needed}' in step '{name}'"
                self._faults.note(text, key.place)

    def _action(self, name: str, body: Mapping, key: Scalar) -> Action | None:
        node = body.get(key.text)
        if node is None:
            return None
        return self._parsers[key.text](name, body, node)

    def _next(self, node: Node | None) -> str | None:
        if node is None:
            return None
        if not isinstance(node, Scalar) or node.value is None:
            self._faults.note("'next' must be the name of a step", node.place)
            return None
        return node.text

    def _template(self, node: Node) -> Template:
        return self._faults.template(node, self._limits)

    def _assign(self, name: str, _body: Mapping, node: Node) -> Action | None:
        if not isinstance(node, Sequence) or not node.items:
            self._faults.note(f"'assign' of step '{name}' must be a list", node.place)
            return None
        if len(node.items) > self._limits.max_assignments:
            limit = self._limits.max_assignments
            self._faults.note(f"step '{name}' has more than {limit} assignments", node.place)
        found = [self._assignment(item) for item in node.items]
        return Assign(tuple(item for item in found if item is not None))

    def _assignment(self, node: Node) -> Assignment | None:
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            self._faults.note("an assignment must be a map with one key", node.place)
            return None
        key, value = node.entries[0]
        return self._faults.assignment(key, self._template(value))

    def _call(self, name: str, body: Mapping, node: Node) -> Action | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._faults.note(f"'call' of step '{name}' must name a function", node.place)
            return None
        arguments = body.get("args")
        template = self._template(arguments) if arguments is not None else None
        return Call(node.text, template, self._result(body.get("result")), node.place)

    def _result(self, node: Node | None) -> Assignment | None:
        if node is None:
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._faults.note("'result' must be the name of a variable", node.place)
            return None
        return self._faults.assignment(node, self._template(node))

    def _switch(self, name: str, _body: Mapping, node: Node) -> Action | None:
        if not isinstance(node, Sequence) or not node.items:
            self._faults.note(f"'switch' of step '{name}' must be a list", node.place)
            return None
        if len(node.items) > self._limits.max_conditions:
            limit = self._limits.max_conditions
            self._faults.note(f"step '{name}' has more than {limit} conditions", node.place)
        cases = [self._case(name, item) for item in node.items]
        return Switch(tuple(case for case in cases if case is not None))

    def _case(self, name: str, node: Node) -> Case | None:
        condition = node.get("condition") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or condition is None:
            self._faults.note(f"an entry of switch '{name}' needs a 'condition'", node.place)
            return None
        rest = tuple(entry for entry in node.entries if entry[0].text != "condition")
        if not rest:
            self._faults.note(f"a condition of switch '{name}' leads to nothing", node.place)
            return None
        body = self.step(name, Mapping(rest, node.place, node.weight), node.place)
        return Case(self._template(condition), body) if body else None

    def _try(self, name: str, body: Mapping, node: Node) -> Action | None:
        if isinstance(node, Mapping) and node.get("for") is not None:
            text = f"loop step name should not be empty: wrap 'for' of '{name}' in 'steps'"
            self._faults.note(text, node.place)
        retry, handler = body.get("retry"), body.get("except")
        # The published schema allows a list of steps here, without ``steps`` around it.
        is_list = isinstance(node, Sequence)
        return Try(
            self.block(node) if is_list else self.body_block(name, node),
            self._retry(retry) if retry is not None else None,
            self._except(name, handler) if handler is not None else None,
        )

    def _retry(self, node: Node) -> Template:
        if isinstance(node, Mapping):
            self._faults.unknown_keys(node, _RETRY_KEYS, "'retry'")
            backoff = node.get("backoff")
            if isinstance(backoff, Mapping):
                self._faults.unknown_keys(backoff, _BACKOFF_KEYS, "'backoff'")
        elif not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._faults.note("'retry' must be a map or an expression", node.place)
        return self._template(node)

    def _except(self, name: str, node: Node) -> Except | None:
        steps = node.get("steps") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or steps is None:
            self._faults.note(f"'except' of step '{name}' needs 'steps'", node.place)
            return None
        self._faults.unknown_keys(node, {"as", "steps"}, "'except'")
        variable = node.get("as")
        if variable is not None:
            self._faults.check_name(variable, "variable")
        text = variable.text if isinstance(variable, Scalar) else ""
        return Except(text, self.block(steps))
