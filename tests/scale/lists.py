"""The lists that have a row for a task, or hang from one, as a caller of the
nation asks for them."""

import functools

from stack import expect
from statement import nodes, work

ROWS_MAX = 20_000       # that a node of a plan may look at, of a million

SORTS = ("due_on", "code", "title", "created_at", "updated_at")
STATUSES = ("draft", "assigned", "received", "in_progress", "done", "accepted",
            "declined", "recalled", "paused", "cancelled")


@functools.lru_cache(None)
def shapes(stack, user):
    """Name and path of each list of 50, for this caller."""
    place = user.split(".")[0]
    below = {"vn": "p02-c002", "p01": "p01-c002"}.get(place, place + "-economy")

    def one(statement, *values):
        return stack.one(statement, *values)
    unit = one("SELECT id FROM unit WHERE code = %s", below)
    plan = one("SELECT p.id FROM plan p JOIN unit u ON u.id = p.unit_id"
               " WHERE u.code = %s AND p.status = 'in_force' LIMIT 1", place)
    whole = one("SELECT parent_id FROM task WHERE unit_id = %s"
                " AND parent_id IS NOT NULL LIMIT 1", unit)
    doer = one("SELECT lead_staff_id FROM task WHERE unit_id = %s"
               " AND lead_staff_id IS NOT NULL LIMIT 1", unit)
    handed = one("SELECT h.task_id FROM handover h JOIN task t"
                 " ON t.id = h.task_id JOIN unit u ON u.id = t.office_id"
                 " WHERE u.code = %s LIMIT 1", place)
    found = {"tasks": "/v1/tasks"}
    for sort in SORTS:
        found[f"tasks by {sort}"] = f"/v1/tasks?sort={sort}"
        found[f"tasks by -{sort}"] = f"/v1/tasks?sort=-{sort}"
        deep = stack.get(f"/v1/tasks?sort={sort}&limit=200", user).json()
        if deep["next"]:
            found[f"tasks by {sort}, page 2"] = (
                f"/v1/tasks?sort={sort}&cursor={deep['next']}")
    for status in STATUSES:
        found[f"tasks {status}"] = f"/v1/tasks?status={status}"
    for mine in ("do", "approve", "follow", "assigned"):
        found[f"tasks mine={mine}"] = f"/v1/tasks?mine={mine}"
    for signal in ("overdue", "soon", "ok", "late_done", "none"):
        found[f"tasks signal {signal}"] = f"/v1/tasks?signal={signal}"
    for name, query in (
            ("open, some", "status=assigned,received,in_progress"),
            ("overdue", "signal=overdue&sort=due_on"),
            ("timeliness overdue", "timeliness=overdue"),
            ("of a unit", f"unit={below}"),
            ("of a unit by title", f"unit={below}&sort=title"),
            ("of a unit alone", f"unit={below}&subtree=false"),
            ("of the own unit", f"unit={place}"),
            ("of the own unit, overdue", f"unit={place}&signal=overdue"),
            ("q of one word", "q=cong"),
            ("q of two words", "q=chay chua"),
            ("q of many words", "q=giai phong mat bang quy iv"),
            ("q found once", "q=dot 4242"),
            ("q found never", "q=khong co gi nhu the"),
            ("q in a unit", f"q=chuyen doi so&unit={below}"),
            ("due in a month", "due_from=2026-11-01&due_to=2026-11-30"),
            ("due in a month, back",
             "due_from=2026-11-01&due_to=2026-11-30&sort=-due_on"),
            ("due from today by title", "due_from=2026-11-23&sort=title"),
            ("occurrences", "kind=occurrence"),
            ("occurrences of a month", "kind=occurrence&period=2026-03"),
            ("occurrences of a unit", f"kind=occurrence&unit={below}"),
            ("urgent and open", "urgency=urgent&signal=soon"),
            ("historic", "historic=true"),
            ("deleted", "deleted=only"),
            ("of a plan", f"plan={plan}"),
            ("parts", f"parent={whole}"),
            ("of a person", f"lead_staff={doer}"),
            ("of a unit, counted", f"unit={below}&counts=status,signal"),
            ("mine, counted", "mine=do&counts=status,signal"),
            ("counted", "counts=status,signal&count=exact")):
        found[f"tasks {name}"] = "/v1/tasks?" + query
    found.update({
        "plan's tasks": f"/v1/plans/{plan}/tasks",
        "plan's tasks by -due_on": f"/v1/plans/{plan}/tasks?sort=-due_on",
        "plans": "/v1/plans",
        "plans by title": "/v1/plans?sort=title",
        "handovers": "/v1/handovers",
        "handovers of a unit": f"/v1/handovers?unit={below}",
        "handovers of a task": f"/v1/tasks/{handed}/handovers",
        "me": "/v1/me",
        "my work": "/v1/me/work",
        "my work to approve": "/v1/me/work?role=approve",
        "notifications": "/v1/notifications",
        "notifications unread": "/v1/notifications?unread=true",
        "deliveries": "/v1/deliveries",
        "search": "/v1/search?q=chuyen doi so",
        "search found once": "/v1/search?q=dot 4242",
    })
    # from where the feed stood some events before its end
    xid = stack.one("SELECT xid::text FROM event ORDER BY xid DESC, seq DESC"
                    " LIMIT 1")
    sync = expect(stack.get("/v1/tasks?limit=1", user), 200)["sync"]
    found["changes"] = "/v1/changes?since={}.{}".format(
        sync.split(".")[0], xid)
    return found


def heaviest(stack, statement):
    """The node of a statement's plan that looks at the most rows: how many,
    and what it is."""
    if not statement.values or statement.name.startswith("note_"):
        return 0, ""
    plan = statement.plan(stack)["Plan"]
    node = max(nodes(plan), key=work)
    return work(node), " ".join(str(node[k]) for k in (
        "Node Type", "Index Name", "Relation Name", "Alias") if k in node) \
        + " of " + statement.name
