"""The registry of rules."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from conftest import ROOT
from sanders_aws import services
from sanders_aws.rules import RULES, guard, rules_for
from sanders_aws.rules_page import page

services.load_all()


def test_every_rule_has_a_test_and_every_mark_a_rule() -> None:
    marked = {
        name
        for file in Path(__file__).parent.rglob("test_*.py")
        for name in re.findall(r'^@rule\("([\w.]+)"\)', file.read_text(), re.MULTILINE)
    }
    assert marked == set(RULES)


def test_the_documentation_is_up_to_date() -> None:
    written = (ROOT.parent.parent / "docs" / "aws-emulator-rules.md").read_text()
    assert written == page(), "to be up to date, run 'make -C sandbox/aws docs'"


@pytest.mark.parametrize("name", sorted(RULES))
def test_rules_say_what_aws_does_and_where(name: str) -> None:
    rule = RULES[name]
    assert rule.source.startswith("https://docs.aws.amazon.com/")
    assert rule.summary.endswith("."), rule.summary


def test_rules_for_all_actions_are_around_the_others() -> None:
    found = rules_for("ec2", "DeleteSubnet")
    assert [function.__name__ for function in found.guards] == [
        "dry_run",
        "repeat_answer",
        "settle_endpoints",
        "settle_nat_gateways",
        "check_subnet_deletion",
    ]
    assert [function.__name__ for function in found.amendments] == ["drop_associations", "remember_answer"]


def test_no_two_patches_change_the_same_thing_of_moto() -> None:
    """Patches stacked on one method depend on the order in which they are loaded, and nobody reads them as one."""
    changed: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "sanders_aws").rglob("*.py")):
        tree = ast.parse(file.read_text())
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moto.")
            for alias in node.names
        }
        for node in ast.walk(tree):
            for target in node.targets if isinstance(node, ast.Assign) else []:
                name, _, attribute = ast.unparse(target).partition(".")
                if attribute and name in imported:
                    changed[f"{imported[name]}.{attribute}"].append(f"{file.name}:{node.lineno}")
    assert changed["moto.dynamodb.models.table.Table.describe"], "this test no longer sees patches"
    assert {what: where for what, where in changed.items() if len(where) > 1} == {}


def test_a_rule_without_a_doc_string_is_refused() -> None:
    with pytest.raises(TypeError, match="doc string"):
        guard("s3", "GetObject", source="https://docs.aws.amazon.com/")(lambda call: None)
