"""A client that others' tools make of the document: it compiles, and walks a
plan from its import to a task that is accepted."""

import json
import subprocess
from pathlib import Path

import pytest

from stack import DATA, expect

HERE = Path(__file__).resolve().parent
MADE = HERE / "node_modules" / ".journey"


def run(*command):
    done = subprocess.run(list(map(str, command)), cwd=HERE, text=True,
                          timeout=300, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def journey(stack):
    """The compiled journey."""
    if not (HERE / "node_modules" / ".bin" / "tsc").exists():
        run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    MADE.mkdir(exist_ok=True)
    (MADE / "openapi.json").write_bytes(stack.get("/openapi.json").content)
    run("node_modules/.bin/openapi-typescript", MADE / "openapi.json", "-o",
        MADE / "schema.d.ts")
    run("node_modules/.bin/tsc", "-p", ".")
    return MADE / "journey.js"


def test_a_typed_client_walks_from_import_to_acceptance(stack, journey,
                                                        tmp_path):
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps({
        name: a["password"] for name, a in stack.accounts.items()}))
    told = json.loads(run("node", journey, stack.url,
                          DATA / "plan-tan-chinh-2024.json", accounts))
    plan = expect(stack.get("/v1/plans/" + told["plan"], "chair"), 200)
    task = expect(stack.get("/v1/tasks/" + told["task"], "chair"), 200)
    assert plan["status"] == "in_force"
    assert (task["status"], task["version"]) == ("accepted", told["version"])
    assert task["plan"]["id"] == plan["id"]
    assert stack.sql("SELECT verb FROM event WHERE ref = %s ORDER BY seq"
                     " OFFSET 1", told["task"])[-3:] == [
        ("assign",), ("complete",), ("accept",)]
