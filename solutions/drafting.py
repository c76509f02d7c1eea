"""How a draft begins, and becomes the solution that it describes or the changes of one."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from innoportal.lib.writing import drafting
from innoportal.lib.writing.answers import digests
from innoportal.lib.writing.steps import Course
from journal.workflow import IllegalTransition
from solutions import pitching, services
from solutions.answers import answers_of
from solutions.models import Solution, SolutionDraft
from solutions.steps import COURSES, WHOLE


def course_of(draft: SolutionDraft | None) -> Course:
    """The pages of this draft; all of them where there is none at hand."""
    return COURSES[draft.is_full, draft.solution_id is not None] if draft else WHOLE


def start(
    *, by: User, organisation: Organisation, is_full: bool = False, wish_reference: str = ""
) -> SolutionDraft:
    answers = {"wish_reference": wish_reference} if wish_reference else {}
    return SolutionDraft.objects.create(
        author=by, updated_by=by, organisation=organisation, is_full=is_full, answers=answers
    )


def go_on_in_full(draft: SolutionDraft) -> None:
    """The same draft with the pages of the full form; nothing that is said is lost."""
    SolutionDraft.objects.filter(pk=draft.pk).update(is_full=True)


@transaction.atomic
def change(solution: Solution, *, by: User, is_full: bool = True) -> SolutionDraft:
    """Begin to change a solution, or go on where a colleague began: there is one draft of a solution.

    An expression of interest may be completed, `is_full`, whoever has it now.

    :raises IllegalTransition: it can no longer be edited.
    """
    held = Solution.objects.select_for_update(of=("self",)).get(pk=solution.pk)
    is_full = is_full or not held.is_expression
    completes = is_full and held.is_expression and held.status in Solution.COMPLETABLE
    if not completes and held.status not in Solution.EDITABLE:
        raise IllegalTransition(_("This cannot be changed in its present state."))
    said = answers_of(held)
    begun = {"key": held.key, "organisation": held.organisation, "author": by, "updated_by": by}
    begun |= {"answers": said, "seen": digests(said, said), "is_full": is_full}
    draft, is_new = SolutionDraft.objects.get_or_create(solution=held, defaults=begun)
    if is_full and not is_new and not draft.is_full:
        go_on_in_full(draft)
    return draft


@transaction.atomic
def finish(draft: SolutionDraft, *, by: User, revision: int, fields: Mapping[str, Any]) -> Solution:
    """Make it the solution that it describes, or the changes of one; `fields` are its answers, found right.

    :raises Overtaken: it is no longer at the `revision` that was found right.
    :raises ChangedElsewhere: the solution was changed past this draft.
    :raises IllegalTransition: the solution has been handed in meanwhile.
    :raises SolutionDraft.DoesNotExist: it has become a solution before, or was thrown away.
    """
    held = drafting.held(draft)
    if held.revision != revision:
        raise drafting.Overtaken
    said = dict(fields)
    reference, pitch = said.pop("wish_reference", ""), said.pop("pitch", "")
    if held.solution_id is None:
        solution = services.create(
            by=by, author=held.author, organisation=held.organisation, key=held.key,
            is_expression=not held.is_full, **said,
        )  # fmt: skip
        if reference:
            pitching.keep_pitch(solution, by=by, wish_reference=reference, pitch=pitch)
    else:
        solution = Solution.objects.select_for_update(of=("self",)).get(pk=held.solution_id)
        drafting.compare(held, answers_of(solution))
        _replace(solution, by=by, is_full=held.is_full, said=said)
    held.delete()
    return solution


def _replace(solution: Solution, *, by: User, is_full: bool, said: dict[str, Any]) -> None:
    """What is said in full of an expression that was handed in completes it; the rest is a change.

    A co-author only writes: what they say in full waits for the vendor to hand it in.
    """
    completes = solution.is_expression and solution.status in Solution.COMPLETABLE
    if is_full and completes and by.has_perm("solutions.complete_solution", solution):
        services.complete(solution, by=by, **said)
        return
    if is_full:
        said["is_expression"] = False
    services.update(solution, by=by, **said)


@transaction.atomic
def settle(draft: SolutionDraft, *, by: User, theirs: Collection[str] = ()) -> None:
    """Take what the solution says now into the draft: what only it changed, and `theirs` of the rest."""
    held = drafting.held(draft)
    if held.solution is not None:
        drafting.settle(held, answers_of(held.solution), by=by, theirs=theirs)
