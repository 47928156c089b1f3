"""The schema, and what is checked before a query runs: that it fits, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    get_named_type,
    parse,
    validate,
)

MOST_COMPLEXITY = 10_000
"""Of one query; https://linear.app/developers/rate-limiting."""
USUAL_PAGE, MOST_PAGE = 50, 250


@cache
def schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_name("linear_schema.graphql").read_text(encoding="utf-8"))


@lru_cache(256)
def checked(query: str) -> tuple[DocumentNode, OperationDefinitionNode, str]:
    """The query, its one operation and its name. Raises GraphQLError where it doesn't fit the schema.

    Linear takes operations without a name, too; here faults are set by it.
    """
    document = parse(query, max_tokens=4_000)
    if errors := validate(schema(), document):
        raise errors[0]
    operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    if len(operations) != 1 or not operations[0].name:
        raise GraphQLError("One operation must be sent, with a name.")
    return document, operations[0], operations[0].name.value


def complexity(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> float:
    """A tenth of a point for a property, one for an object; a connection's children count once for each of its page."""
    fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    root = schema().get_root_type(operation.operation)
    assert root is not None  # noqa: S101 - the operation was checked
    return _Cost(fragments, variables).of(operation.selection_set, root)


class _Cost:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables

    def of(self, selections: SelectionSetNode, parent: GraphQLObjectType) -> float:
        return sum(self._part(part, parent) for part in selections.selections)

    def _part(self, part: Any, parent: GraphQLObjectType) -> float:
        if isinstance(part, FragmentSpreadNode):
            return self.of(self._fragments[part.name.value].selection_set, parent)
        if isinstance(part, InlineFragmentNode):
            return self.of(part.selection_set, parent)
        if part.selection_set is None or part.name.value.startswith("__"):
            return 0.1
        kind = get_named_type(parent.fields[part.name.value].type)
        assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - the schema has no unions
        inner = self.of(part.selection_set, kind)
        return 1 + inner * (self._page(part) if "pageInfo" in kind.fields else 1)

    def _page(self, part: FieldNode) -> int:
        for argument in part.arguments or ():
            if argument.name.value == "first":
                given = argument.value
                if isinstance(given, VariableNode):
                    return int(self._variables.get(given.name.value) or USUAL_PAGE)
                return int(given.value) if isinstance(given, IntValueNode) else USUAL_PAGE
        return USUAL_PAGE
