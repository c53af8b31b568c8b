"""Build the syntax tree of a workflow from the nodes of its source.

Every fault is noted with its place and reading goes on, so that one deployment
tells all of them.
"""

from __future__ import annotations

from localcloud.workflows.failures import DeploymentError, Fault, Place
from localcloud.workflows.limits import Limits
from localcloud.workflows.parse_steps import StepParser
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.source import Mapping, Node, Scalar, Sequence, read_source
from localcloud.workflows.syntax import Block, Param, Routine, Workflow

MAIN = "main"


def parse_workflow(source: str, limits: Limits) -> Workflow:
    """Return the workflow, or raise DeploymentError with every fault of its syntax."""
    faults = Faults()
    workflow = _WorkflowParser(faults, limits).workflow(read_source(source, limits))
    if faults.noted:
        raise DeploymentError(sorted_faults(faults.noted), source)
    return workflow


def sorted_faults(faults: list[Fault]) -> tuple[Fault, ...]:
    """Return the faults in the order of their places, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column)))


class _WorkflowParser:
    """Reads routines; their steps are read by a ``StepParser``."""

    def __init__(self, faults: Faults, limits: Limits) -> None:
        self._faults = faults
        self._limits = limits
        self._steps = StepParser(faults, limits)

    def workflow(self, root: Node) -> Workflow:
        """Return a workflow from its list form or its map form."""
        if isinstance(root, Sequence):
            main = Routine(MAIN, (), self._steps.block(root), root.place)
            return Workflow({MAIN: main})
        if not isinstance(root, Mapping):
            self._faults.note("a workflow must be a list of steps or a map with 'main'", root.place)
            return Workflow({})
        routines = {key.text: self._routine(key, node) for key, node in root.entries}
        if MAIN not in routines:
            self._faults.note("the workflow has no 'main'", root.place)
        return Workflow(routines)

    def _routine(self, key: Scalar, node: Node) -> Routine:
        name = key.text
        if isinstance(node, Sequence):
            return Routine(name, (), self._steps.block(node), key.place)
        if not isinstance(node, Mapping):
            self._faults.note(f"'{name}' must be a map with 'steps'", node.place)
            return Routine(name, (), Block(()), key.place)
        self._faults.unknown_keys(node, {"params", "steps"}, f"workflow '{name}'")
        steps = node.get("steps")
        if steps is None:
            self._faults.note(f"workflow '{name}' has no 'steps'", node.place)
        params = self._params(name, node.get("params"))
        body = self._steps.block(steps) if steps is not None else Block(())
        return Routine(name, params, body, key.place)

    def _params(self, routine: str, node: Node | None) -> tuple[Param, ...]:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return ()
        if not isinstance(node, Sequence):
            self._faults.note("'params' must be a list", node.place)
            return ()
        params = [param for item in node.items if (param := self._param(item))]
        self._check_params(routine, params, node.place)
        return tuple(params)

    def _param(self, node: Node) -> Param | None:
        if isinstance(node, Scalar):
            name, default = node, None
        elif isinstance(node, Mapping) and len(node.entries) == 1:
            name, value = node.entries[0]
            default = self._faults.constant(value, self._limits)
        else:
            self._faults.note("a parameter is a name, or a name with a default", node.place)
            return None
        self._faults.check_name(name, "parameter")
        return Param(name.text, default, name.place)

    def _check_params(self, routine: str, params: list[Param], place: Place) -> None:
        if len(params) > self._limits.max_params:
            limit = self._limits.max_params
            self._faults.note(f"'{routine}' has more than {limit} parameters", place)
        if routine == MAIN and len(params) > 1:
            self._faults.note("'main' takes at most one parameter", params[1].place)
        seen: set[str] = set()
        for param in params:
            if param.name in seen:
                self._faults.note(f"duplicate parameter '{param.name}'", param.place)
            seen.add(param.name)
