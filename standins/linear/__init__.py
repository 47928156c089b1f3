"""Linear's stand-in: a GraphQL server on the part of Linear's schema that is needed, with pages to move an issue.

`linear_schema.graphql` has the names and types of linear/linear (packages/sdk/src/schema.graphql, MIT) as of July 2026.
A query that doesn't fit is refused, and so is whatever a filter can't do here: nothing is answered by guessing.
"""
