"""What finds things for a text: the contract of both backends (docs/adr, "Two retrievers")."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from matching.engine.columns import Columns
from matching.engine.dense import Role
from matching.engine.duplicates import Nearness
from matching.engine.items import Prepared
from matching.engine.scores import Hit


class Near(Protocol):
    """Things of one role, ready to be asked which of them say nearly the same as others."""

    @property
    def role(self) -> Role: ...

    def of(self, asked: Sequence[Prepared]) -> list[dict[str, Nearness]]:
        """For each that asks, by key, what is near to it or has the very same words; never itself."""
        ...


class Retriever(Protocol):
    """Finds among what is public.

    - Best first by fused score; of scores equal to five digits, the lower key first.
    - As many as were asked for, or all that there are. `among` narrows the answer and neither its scale nor
      its number: whatever of `among` is there comes, if `k` allows it, however far from the query it lies.
    - What is not public is never found, whatever `among` names; nor is the thing that asks.
    - The same state of the database gives the same answer, to one query or to many at once.
    - A query without passages, and a role that holds nothing, find nothing.
    """

    def search(
        self, query: Prepared, role: Role, k: int, among: set[str] | None = None, *, crowded: bool = True
    ) -> list[Hit]: ...

    def search_many(
        self,
        queries: Sequence[Prepared],
        role: Role,
        k: int,
        among: set[str] | None = None,
        *,
        crowded: bool = True,
        told: bool = True,
    ) -> list[list[Hit]]:
        """Without `told` the signals may be left out."""
        ...

    def measured(self, queries: Sequence[Prepared], role: Role, among: Sequence[set[str]]) -> list[list[Hit]]:
        """For each query what there is of its own `among`: the answers of `search`, but for all in one go."""
        ...

    def columns(self, queries: Sequence[Prepared], role: Role, keys: set[str]) -> Columns | None:
        """What all that ask make of some things, to tell the best of those who ask for each.

        None where nobody asks, none of the things is there, or the retriever has no way but to search.
        """
        ...

    def beside(self, query: Prepared, role: Role, things: Sequence[Prepared]) -> list[Hit]:
        """What `search` would tell of these if they were public; only this measurement knows of them."""
        ...

    def near(self, role: Role, beside: Iterable[Prepared] = ()) -> Near:
        """For finding duplicates; `beside` are things that only this comparison may know of."""
        ...
