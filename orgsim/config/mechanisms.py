"""The mechanisms of the model by number, in words: what `M2.3` beside a parameter stands for.

The numbers are those of the specification orgsim was built from; the code quotes them in its
docstrings. A number that begins with M is a mechanism, s a chapter, the others a decision that
settled a mechanism: T on time and the world, S on market and sales, L on stock, U on support, C on
customers, O on the organisation and its money.

Reference: docs/model.md, where each is written out.
"""

from __future__ import annotations

import re

__all__ = ["MECHANISMS", "mechanism", "quoted"]

MECHANISMS = {
    "M1.1": "Segments, niche and offer",
    "M1.2": "Campaign response",
    "M1.3": "Diffusion and word of mouth",
    "M1.4": "Lead quality",
    "M1.5": "Claims and promises",
    "M1.6": "Cannibalisation",
    "M2.1": "Reps and their queue",
    "M2.2": "Lead ageing",
    "M2.3": "Win probability",
    "M2.4": "Promise inflation by reps",
    "M2.5": "Quota, discount and the end of a period",
    "M2.6": "Hand-off to operations",
    "M3.1": "Product structure",
    "M3.2": "Forecast and campaign plan",
    "M3.3": "Replenishment",
    "M3.4": "Supplier",
    "M3.5": "Picking and packing",
    "M3.6": "Allocation and quoted dates",
    "M3.7": "Stock-outs and waiting",
    "M3.8": "Split deliveries",
    "M3.9": "Air freight",
    "M3.10": "Carrier",
    "M3.11": "Returns, refunds and collections",
    "M3.12": "Bullwhip",
    "M4.1": "Reasons to contact support",
    "M4.2": "Contact channels and self-service",
    "M4.3": "Staffing",
    "M4.4": "Queue and patience",
    "M4.5": "Handle time",
    "M4.6": "Resolution and wrong answers",
    "M4.7": "Agents' knowledge",
    "M4.8": "Work pressure and standards",
    "M4.9": "Fatigue and leaving",
    "M4.10": "Making good",
    "M5.1": "Perception",
    "M5.2": "Expectation",
    "M5.3": "Satisfaction with an episode",
    "M5.4": "Cumulative satisfaction",
    "M5.5": "Recall",
    "M5.6": "Trust",
    "M5.7": "Exit, voice and loyalty",
    "M5.8": "Recovery",
    "M5.9": "Churn and repurchase",
    "M5.10": "Talk",
    "M5.11": "Surveys",
    "M5.12": "Customer lifetime value",
    "M6.1": "Information channels",
    "M6.2": "Incentives",
    "M6.7": "Briefing of agents",
    "M6.9": "Single view of the customer",
    "T1": "Clock and warm-up",
    "T2": "The customers' day",
    "T3": "The reference without shocks",
    "T4": "Arrivals by thinning",
    "T5": "Designs that differ in nothing that matters",
    "T6": "Identity of results",
    "S1": "Lead rate of the niche",
    "S2": "Deterrence by negative talk",
    "S3": "Promise and promised date",
    "S4": "Ageing in open sales hours",
    "S5": "Capacities and teams",
    "L1": "Orders and their components",
    "L2": "One distortion per message",
    "L3": "Service that a healthy stock gives",
    "U1": "One team for calls and email",
    "U2": "Work pressure of a week",
    "U3": "Failure demand",
    "C1": "What an episode lets a customer perceive",
    "C2": "The customers at the start",
    "O1": "Gauges of one's own area",
    "O2": "Beliefs",
    "O3": "Targets",
    "O4": "Money in whole cents",
    "O5": "Departments present and simple sources",
    "s.0.1": "Modelling stance",
    "s.0.3": "Calendars, attributes and units",
    "s.6.11": "Designs of the organisation",
    "s.7": "Finance",
    "s.8": "Shocks",
    "s.9": "Key performance indicators",
    "s.10": "Reference cases of theory",
    "s.11": "The default firm",
    "s.12": "The shape of the niche story",
    "DESIGN s.4": "Speed",
    "DESIGN s.6": "Configuration",
}
"""What each number stands for."""

_NUMBER = re.compile(r"(?<![\w.])(M\d\.\d+|DESIGN s\.\d+|s\.\d+(?:\.\d+)?|[TSLUCO]\d)(?![\w])")


def mechanism(number: str) -> str:
    """Return a mechanism's number with its name: "M2.3 Win probability"."""
    return f"{number} {MECHANISMS[number]}" if number in MECHANISMS else number


def quoted(text: str) -> set[str]:
    """Return every number of a mechanism that a text quotes."""
    return set(_NUMBER.findall(text))
