"""`orgsim explain`: what every name stands for, for whoever is cross-examined on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from orgsim.cli import main
from orgsim.config.compose import resolve
from orgsim.config.described import ENTRIES, ParameterEntry
from orgsim.config.explain import Explanation, explain, names
from orgsim.config.firm import Firm
from orgsim.config.mechanisms import MECHANISMS
from orgsim.config.schema import TARGETS
from orgsim.errors import ConfigError
from orgsim.kpis import KPIS, targets

CLAIM = "sales.niche.claim_effect"
FIELDS = "organisation.handoff.order_fields"


def one(name: str, scenario: str | None = None) -> Explanation:
    (found,) = explain(name, scenario)
    return found


def test_a_parameter_is_told_with_all_that_is_known_of_it() -> None:
    facts = one(CLAIM).facts
    assert list(facts) == [
        "meaning", "default", "range", "unit", "evidence", "source", "mechanism", "changed by",
    ]  # fmt: skip
    assert facts["default"] == "0.5 log-odds (configs/sales/default.yaml:7)"
    assert facts["range"] == "0 to 50"
    assert facts["evidence"] == "judgement [J]: chosen, not measured"
    assert facts["mechanism"] == "M2.3 Win probability"
    assert facts["changed by"] == "no scenario"


@pytest.mark.parametrize(
    ("name", "default", "span"),
    [
        ("support.patience.mean", "4min (", "0 to 100y"),
        ("logistics.wave", "30min (", "1min to 2h"),
        ("logistics.carrier.pickup_hour", "20h (", "at least 0, below 1d"),
        ("market.base_leads", "250/d (", "0 to 1,000,000,000/d"),
        ("finance.fixed_cost", "0.93M EUR a year (", "0 to EUR 1,000,000,000,000"),
        ("customers.count", "30000 people (", "0 to 5,000,000"),
        ("logistics.capacity_per_day", "548 a day (", "0 to 1,000,000,000"),
        ("sales.base.win_intercept", "-1.2 log-odds (", "-50 to 50"),
        ("support.patience.kind", "exponential (", "fixed | exponential"),
        ("supplier.kit.capacity", "3640/w (", "above 0"),
        ("supplier.kit.crossing", "false (", "true | false"),
        ("targets.leads", "312.5 a day (", "any number"),
        ("run.start_date", "'2024-01-01' (", "an ISO date: YYYY-MM-DD"),
        ("support.pressure.recovery", "never (", "above 0, at most 1,000,000,000 or never"),
        ("support.pressure.erosion", "18.83 weeks (", "above 0, at most 1,000,000,000 or never"),
    ],
)
def test_values_and_ranges_are_in_the_unit_they_are_written_in(
    name: str, default: str, span: str
) -> None:
    facts = explain(name)[0].facts
    assert str(facts["default"]).startswith(default)
    assert str(facts["range"]).startswith(span)


def test_who_changes_a_parameter_is_told_with_the_value_and_its_file() -> None:
    told = "untapped_niche_coordinated: 0.95 (configs/organisation/coordinated.yaml:17)"
    assert one(FIELDS).facts["changed by"] == [told]


def test_with_a_scenario_its_own_value_is_told_beside_the_default() -> None:
    facts = one(FIELDS, "untapped_niche_coordinated").facts
    assert re.fullmatch(r"0\.4 \(configs/organisation/silo\.yaml:\d+\)", facts["default"])
    assert str(facts["scenario"]).startswith("0.95 (configs/organisation/coordinated.yaml:17): [J]")
    assert one(CLAIM, "untapped_niche_coordinated").facts["scenario"] == "as by default"


def test_a_value_of_the_user_s_own_is_told_with_its_line_and_its_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(
        f"title: T\n{CLAIM}: 0.2  # [V] our own split test, 2025\n", encoding="utf-8"
    )
    told = one(CLAIM, "mine.yaml").facts["scenario"]
    assert told == "0.2 log-odds (mine.yaml:2): [V] our own split test, 2025"


def test_what_only_a_scenario_has_is_told_where_it_is_named() -> None:
    with pytest.raises(ConfigError, match="only set by supplier_outage: add --scenario"):
        explain("shocks.supplier_outage")
    facts = one("shocks.supplier_outage.remaining", "supplier_outage").facts
    assert facts["default"] == "none: it is there only where a scenario sets it"
    assert str(facts["scenario"]).startswith("0 (scenarios/supplier_outage.yaml:5): [J] as long")


@pytest.mark.parametrize(
    ("name", "kinds", "span"),
    [
        ("logistics.kit.policy.order_up_to_level", "min_max", "1 to 1,000,000,000"),
        ("shocks.NAME.contagion", "viral", "1 to 1,000"),
        ("shocks.my_own.contagion", "viral", "1 to 1,000"),
        ("shocks.supplier_outage.remaining", "supplier_outage", "0 to 1"),
        ("sources.NAME.rate", "poisson", "0 to "),
    ],
)
def test_a_key_that_another_kind_takes_is_told_with_that_kind(
    name: str, kinds: str, span: str
) -> None:
    said = one(name)
    assert said.facts["of kind"] == kinds
    assert said.facts["default"] == "none: it is there only where a scenario sets it"
    assert str(said.facts["range"]).startswith(span)


def test_a_key_of_several_kinds_is_told_once_for_each_meaning() -> None:
    onsets = explain("shocks.NAME.onset")
    assert len(onsets) == 1
    assert len(str(onsets[0].facts["of kind"]).split(", ")) == len(Firm().shocks)
    points = explain("logistics.kit.policy.reorder_point")
    assert [said.facts["of kind"] for said in points] == ["reorder_point", "min_max"]
    durations = explain("shocks.NAME.duration")
    ranges = [said.facts["range"] for said in durations]
    assert ranges == ["1d to 100y", "above 0, at most 100y", "above 0, at most 100y"]
    assert [durations[at].facts["of kind"] for at in (0, 2)] == ["niche_campaign", "attrition_wave"]


def test_a_key_in_use_is_told_with_the_kinds_that_take_it() -> None:
    assert one("logistics.kit.policy.safety").facts["of kind"] == "order_up_to"
    assert "of kind" not in one(CLAIM).facts


def test_a_group_is_told_with_every_value_below_it() -> None:
    group = one("sales.incentives", "baseline")
    assert group.subject == "group of parameters"
    assert [row["key"] for row in group.rows][:1] == ["sales.incentives.weight_bookings"]
    assert len(group.rows) == 7
    assert group.rows[0]["scenario"] == group.rows[0]["default"]
    assert "briefed_support" in one("organisation").facts["choices"]


def asked_for() -> dict[str, ParameterEntry]:
    """Every parameter but the scenario's own words and lists, whose evidence is below them."""
    entries = Firm().entries.items()
    return {k: e for k, e in entries if k not in ("title", "question") and e.default != ENTRIES}


def test_every_parameter_of_the_default_firm_has_all_that_a_sceptic_asks_for() -> None:
    wanted = ("meaning", "default", "written", "range", "unit", "evidence", "source", "section")
    lacking = {key: [n for n in wanted if not getattr(e, n)] for key, e in asked_for().items()}
    assert {key: missing for key, missing in lacking.items() if missing} == {}


@pytest.mark.long
def test_every_name_is_told_and_every_parameter_with_all_that_is_known_of_it() -> None:
    parameters = asked_for()
    wanted = {"meaning", "default", "range", "unit", "evidence", "source", "mechanism"}
    for name in names():
        told = explain(name)
        assert all(list(said.lines()) for said in told)
        if name in parameters:
            facts = told[0].facts
            assert {label for label in wanted if not facts.get(label)} == set(), name
            assert re.search(r"\(configs/\S+:\d+\)$", str(facts["default"])), name


def test_every_number_of_a_mechanism_that_is_cited_can_be_explained() -> None:
    firm = Firm()
    cited = {entry.section for entry in firm.entries.values()}
    cited |= {kpi.section for kpi in firm.kpis.values()}
    assert cited - set(MECHANISMS) == set()
    assert one("L3").subject == "mechanism"


@pytest.mark.parametrize("kpi", [kpi.name for kpi in KPIS])
def test_every_kpi_has_a_definition_an_owner_and_a_word_on_what_is_unfinished(kpi: str) -> None:
    facts = one(kpi).facts
    assert all(facts.values())
    assert facts["mechanism"] != "s.9"


def test_a_kpi_is_told_with_its_target_and_with_what_counts_as_broken() -> None:
    facts = one("churn").facts
    assert facts["target"] == "0.02 share/month (targets.churn)"
    assert facts["direction"] == "less is better"
    assert str(facts["broken"]).startswith("['all: a quarter above")


def test_a_dial_and_a_parameter_of_one_name_are_both_told() -> None:
    found = explain("market.base_leads")
    assert [said.subject.partition(",")[0] for said in found] == ["parameter", "dial"]


def test_every_dial_says_what_of_the_organisation_it_is() -> None:
    dials = Firm().dials
    assert dials.names()
    assert [name for name in dials.names() if not dials[name].meaning] == []


def test_a_kind_of_shock_is_told_with_its_keys_and_who_uses_it() -> None:
    shock = one("niche_campaign")
    assert [row["key"] for row in shock.rows] == ["onset", "duration"]
    assert "untapped_niche_campaign" in shock.facts["used by"]


def test_a_channel_is_told_by_its_own_name_or_by_its_key() -> None:
    by_name, by_key = one("plan_to_logistics"), explain("organisation.channels.plan_to_logistics")
    assert str(by_name.facts["meaning"]).startswith(
        "marketing tells logistics how many niche orders"
    )
    assert by_key[0].rows == by_name.rows


def test_a_mechanism_is_told_with_its_parameters() -> None:
    said = one("M2.2")
    assert said.facts == {"meaning": "Lead ageing", "KPIs": "speed_to_lead"}
    assert [row["key"] for row in said.rows] == ["sales.ageing_scale", "sales.ageing_power"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("claim_effect", "'sales.base.claim_effect' or 'sales.niche.claim_effect'"),
        ("sales.web_shar", "'sales.web_share'"),
        ("otiff", "'otif'"),
        ("logistics.chasis.opening_stock", "did you mean 'logistics.chassis.opening_stock'?"),
        ("logistics.chassis.safety", "did you mean 'logistics.chassis.policy.safety'?"),
        ("logistics.chassis.lead_time", "policy.lead_time' or 'logistics.chassis.expedite.lead_"),
        ("contagion", "'shocks.NAME.contagion'"),
        ("Sales.claim_efect", "'sales.base.claim_effect' or"),
        ("xxxxxxxxxx", "orgsim list says what there is"),
        ("", "orgsim list says what there is"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(name: str, near: str) -> None:
    with pytest.raises(ConfigError) as raised:
        explain(name)
    assert near in str(raised.value)


def test_a_name_that_is_offered_can_be_explained() -> None:
    offered = names()
    assert {CLAIM, "sales", "otif", "plan_to_logistics", "supplier_outage", "M2.3"} <= set(offered)
    for name in offered[::25]:
        assert explain(name)


def test_the_verb_prints_wrapped_lines_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", CLAIM]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{CLAIM}: parameter"
    assert max(map(len, lines)) <= 100
    assert main(["explain", "market.base_leads", "--json"]) == 0
    parameter, dial = json.loads(capsys.readouterr().out)
    assert (parameter["default"], parameter["evidence"]) == ("250/d", "J")
    assert parameter["written"] == "configs/market/default.yaml:10"
    assert dial["rule"] == "effects in force add up"


def test_the_verb_refuses_an_unknown_name_or_scenario_with_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "sales.web_shar"]) == 2
    assert main(["explain", CLAIM, "--scenario", "no_such_story"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 2


@pytest.mark.parametrize("name", ["company value", "cash_trough", "silo_paradox_index"])
def test_the_figures_of_a_headline_are_explained(name: str) -> None:
    found = one(name)
    assert found.subject == "figure of the whole run"
    assert found.facts["definition"]
    assert found.name in names()


@pytest.mark.parametrize(
    ("kpi", "said"),
    [
        ("sql", "0.4 (targets.sql, not on the scorecard)"),
        ("speed_to_lead", "0.7 hours (targets.speed_to_lead, not on the scorecard)"),
        ("contacts", "no target: it counts and does not judge"),
        ("campaign_spend", "no target: a total of the run"),
        ("cover_kit", "no target: healthy is a range, 12 to 20 days of cover"),
        ("trust", "no target: no healthy value of it is known"),
    ],
)
def test_a_kpi_says_its_target_or_why_it_has_none(kpi: str, said: str) -> None:
    assert str(one(kpi).facts["target"]).startswith(said)


def test_every_target_that_may_be_set_has_a_value_and_a_kpi() -> None:
    names = {kpi.name for kpi in KPIS}
    assert set(TARGETS) == set(resolve("baseline").scenario.targets)
    assert set(TARGETS) <= names


def test_the_scorecard_judges_by_nine_targets_each_under_the_name_of_its_kpi() -> None:
    judged = [kpi for kpi in KPIS if kpi.is_judged]
    assert len(judged) == 9
    assert {kpi.name for kpi in judged} <= set(TARGETS)


def test_a_reason_for_no_target_is_only_kept_for_a_kpi_without_one() -> None:
    assert set(targets.REASONS) <= {kpi.name for kpi in KPIS} - set(TARGETS)
