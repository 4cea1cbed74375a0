"""Every verb names its actor and asks the policy before it changes anything."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT, Source, calls, imports, none_of, plant, sources

# What needs no actor or permission of its own, as path:name or a whole file, each with its reason.
ALLOWED: dict[str, str] = {
    "hub/actions/log.py": "the last step of every verb, which has asked the policy before",
    "hub/actions/notices.py": "the last step of every verb, which has asked the policy before",
    "hub/actions/behalf.py:tell_desks": "a last step of verbs about dates, which have asked the policy before",
    "hub/actions/consent_writing.py": "steps of the verbs about consents, which have asked the policy before",
    "hub/actions/round_steps.py": "steps of verbs about enquiries and consents, which have asked the policy before",
    "hub/actions/endings.py:cancel_all": "a step of verbs that give places back and ask first",
    "hub/actions/bookings.py:enquiry_for": "a step of booking, which has asked the policy before",
    "hub/actions/bookings.py:require_consent": "a step of booking, which has asked the policy before",
    "hub/actions/endings.py:call_off_bookings": "a step of calling off a date, which has asked the policy before",
    "hub/actions/endings.py:cancel_bookings_of_enquiry": "a step of verbs that end an enquiry and ask first",
    "hub/actions/endings.py:move_bookings_with_slot": "a step of moving a date, which has asked the policy before",
    "hub/actions/openings.py": "a step of verbs that open a person, which have asked the policy before",
    "hub/actions/slot_steps.py": "steps of verbs about dates, which have asked the policy before",
    "hub/actions/barriers.py:tell_barrier": "whoever meets a barrier may say so, also without a login",
    "hub/actions/demands.py:note_demand": "whoever finds nothing may say so, also without a login; nothing of anybody",
    "hub/actions/limits.py": "counts the tries of people who are not anybody yet",
    "hub/actions/logins.py": "the secret decides, and everybody ends what is their own",
    "hub/actions/log_chain.py:chain_log": "only the worker calls it, for all that was logged",
    "hub/actions/log_chain.py:verify_log": "reads digests only; pages and commands ask the policy first",
    "hub/actions/invitations.py:accept_invitation": "the token of the link decides",
    "hub/actions/users.py:make_user": "a step of verbs that have asked",
    "hub/actions/users.py:give_role": "a step of verbs that have asked",
    "hub/actions/users.py:require_good_password": "a rule about a word, not about anybody",
}
# What may stand before the policy is asked: finding the thing it is asked about.
FINDING = re.compile(r"(?:.*\.)?(?:get|find|list|count|lock)_\w+|(?:clock\.)?now")


def verbs(source: Source) -> list[ast.FunctionDef]:
    """Return the public functions of a file of actions."""
    return [node for node in source.syntax.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def policy_names(source: Source) -> set[str]:
    """Return the names under which the file can call `require` of the policy."""
    names = {name for _, name in imports(source) if name.startswith("hub.policy.")}
    asking = {name.rpartition(".")[2] for name in names if name.rpartition(".")[2].startswith("require")}
    modules = {name.rpartition(".")[2] for name in names} - asking
    return asking | {f"{module}.require" for module in modules}


def asks_first(verb: ast.FunctionDef, asking: set[str]) -> bool:
    """Tell whether the verb asks the policy, with nothing but finding before it."""
    for statement in verb.body:
        called = [name for _, name in calls(ast.walk(statement))]
        if any(name in asking for name in called):
            return isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign)
        if not all(FINDING.fullmatch(name) for name in called):
            return False
    return False


def violations(root: Path, allowed: dict[str, str]) -> list[str]:
    """Name every verb that hides its actor or acts before it asks."""
    found = []
    for source in sources(root, "hub/actions"):
        asking = policy_names(source)
        for verb in verbs(source):
            place = f"{source.path}:{verb.name}"
            if place in allowed or source.path in allowed:
                continue
            if "actor" not in [argument.arg for argument in verb.args.kwonlyargs]:
                found.append(f"{place}: write `def {verb.name}(session, *, actor, …)`")
            if not asks_first(verb, asking):
                found.append(f"{place}: begin with `require(actor, P.…, thing)` from hub.policy.rules")
    return found


def test_every_verb_asks_first():
    none_of(violations(ROOT, ALLOWED))


def test_every_exception_still_exists_and_is_still_needed():
    found = violations(ROOT, {})
    assert [place for place in ALLOWED if not any(line.startswith(f"{place}:") for line in found)] == []


def test_planted_verbs_that_act_first_are_found(tmp_path):
    text = """
from hub.policy import rules
from hub.policy.rules import require
from hub.queries.consents import require_consent

def good(session, *, actor, id):
    '''Do it.'''
    slot = slots.get_slot(session, actor, id)
    require(actor, P.X, slot)
    session.add(slot)

def also_good(session, *, actor):
    rules.require(actor, P.X)

def positional(session, actor):
    require(actor, P.X)

def hasty(session, *, actor):
    session.add(1)
    require(actor, P.X)

def forgetful(session, *, actor):
    pass

def mistaken(session, *, actor):
    require_consent(actor)

def conditional(session, *, actor):
    if True:
        require(actor, P.X)

def _private(session):
    pass
"""
    root = plant(tmp_path, {"hub/actions/slots.py": text})
    found = violations(root, {"hub/actions/slots.py:forgetful": "it does nothing"})
    assert [line.split(": ")[0].rpartition(":")[2] for line in found] == [
        "positional",
        "hasty",
        "mistaken",
        "conditional",
    ]
