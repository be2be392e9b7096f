"""One value or many, in whatever block: the same bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from orgsim.kernel.distributions import Law, NumberLaw, PatienceLaw
from orgsim.kernel.draws import Draws

int64 = st.integers(-(2**63), 2**63 - 1)
LAWS: list[Law] = [
    *(
        TypeAdapter(PatienceLaw).validate_python(law)
        for law in (
            {"kind": "fixed", "mean": "2h"},
            {"kind": "exponential", "mean": "4min"},
            {"kind": "gamma", "mean": "6w", "cv": 0.3},
            {"kind": "gamma", "mean": "6w", "cv": 2.0},
            {"kind": "lognormal", "mean": "7min", "cv": 0.8},
            {"kind": "normal", "mean": "1d", "cv": 0.3},
            {"kind": "uniform", "low": "1h", "high": "3d"},
            {"kind": "discrete", "values": ["3h", "1h"], "weights": [1.0, 2.0]},
            {"kind": "never"},
        )
    ),
    TypeAdapter(NumberLaw).validate_python({"kind": "poisson", "mean": 250.0}),
]
laws = pytest.mark.parametrize("law", LAWS, ids=repr)


@given(
    seed=st.integers(0, 2**64 - 1),
    purpose=st.text(),
    asked=st.lists(st.tuples(int64, int64), min_size=1, max_size=20),
)
def test_a_uniform_is_the_same_alone_and_in_a_block(
    seed: int, purpose: str, asked: list[tuple[int, int]]
) -> None:
    stream = Draws(seed, 1).stream(purpose)
    entities, occurrences = (
        np.array(column, dtype=np.int64) for column in zip(*asked, strict=True)
    )
    alone = [stream.uniform(entity, occurrence) for entity, occurrence in asked]
    assert stream.uniforms(entities, occurrences).tolist() == alone
    assert stream.uniforms(entities, asked[0][1])[0] == alone[0]
    assert stream.uniforms(asked[0][0], occurrences)[0] == alone[0]


@laws
def test_a_value_is_the_same_alone_in_a_block_at_any_offset_and_stride(law: Law) -> None:
    quantity = Draws(5, 0).quantity("x", law)
    u = quantity.stream.uniforms(np.arange(4001))
    whole = law.ppf(u)
    alone = [quantity.one(entity) for entity in range(200)]
    assert whole[:200].tolist() == alone
    for offset in (1, 2, 3, 5, 7):
        assert np.array_equal(law.ppf(u[offset:]), whole[offset:])
        assert np.array_equal(law.ppf(u[::offset]), whole[::offset])
    assert np.array_equal(law.ppf(u[::-1]), whole[::-1])


@laws
def test_values_rise_with_the_uniform(law: Law) -> None:
    u = np.sort(Draws(5, 0).stream("x").uniforms(np.arange(2000)))
    values = law.ppf(u)
    assert np.all(values[1:] >= values[:-1])


@given(
    kind=st.sampled_from(["fixed", "exponential", "gamma", "lognormal", "normal", "poisson"]),
    means=st.tuples(*2 * [st.just(0.0) | st.floats(1e-9, 1e4)]),
    cv=st.just(0.0) | st.floats(1e-9, 0.33),
)
def test_values_rise_with_the_mean(kind: str, means: tuple[float, float], cv: float) -> None:
    spread = {} if kind in ("fixed", "exponential", "poisson") else {"cv": cv}
    u = Draws(5, 0).stream("x").uniforms(np.arange(50))
    low, high = (
        TypeAdapter(NumberLaw).validate_python({"kind": kind, "mean": mean, **spread}).ppf(u)
        for mean in sorted(means)
    )
    assert np.all(low <= high)
