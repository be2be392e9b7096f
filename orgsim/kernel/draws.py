"""Luck: every random number is a function of (seed, replication, purpose, entity, occurrence).

What is modelled: the same customer has the same luck in every variant of the organisation, so that
two designs are compared on the same people. There is no generator state: nothing that happens
elsewhere, and no order of asking, can move a draw.

Assumption: 64 mixed bits are as good as random. A number is two full rounds of the SplitMix64
finaliser over a Weyl sequence, with two independent key words per purpose; the top 52 bits make a
uniform in the open interval (0, 1), exact in both the scalar and the vectorised form.

Reference: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (the
constants are Stafford's variant 13 of the finaliser); DESIGN.md s.5.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from orgsim.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from orgsim.kernel.distributions import Law

__all__ = ["Draws", "Quantity", "Stream", "entity_base", "mix"]

_MASK = (1 << 64) - 1
_WEYL_ENTITY = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, made odd
_WEYL_OCCURRENCE = 0xD1342543DE82EF95  # an odd multiplier with good spectral properties
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

_ROUNDS = ((np.uint64(30), np.uint64(_FIRST)), (np.uint64(27), np.uint64(_SECOND)))
_ENTITY_STEP, _OCCURRENCE_STEP = np.uint64(_WEYL_ENTITY), np.uint64(_WEYL_OCCURRENCE)
_LAST_SHIFT, _TO_52_BITS = np.uint64(31), np.uint64(12)

_ENTITY_BITS = 36
"""Entities of one source are numbered in this many bits."""


def mix(word: int) -> int:
    """Return the 64-bit word mixed by the SplitMix64 finaliser (a bijection)."""
    word = ((word ^ (word >> 30)) * _FIRST) & _MASK
    word = ((word ^ (word >> 27)) * _SECOND) & _MASK
    return word ^ (word >> 31)


def _mix_block(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix a fresh array in place: the very same bits as `mix` gives word by word."""
    for shift, factor in _ROUNDS:
        words ^= words >> shift
        words *= factor
    words ^= words >> _LAST_SHIFT
    return words


def _hash_of_name(name: str) -> tuple[int, int]:
    """Return two 64-bit words of a name that no platform and no hash seed changes."""
    digest = sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")


def entity_base(source: str) -> int:
    """Return the first entity id of a source: a stable 26-bit hash of its name, times 2**36.

    Ids of the source are base + index with index < 2**36 and fit int64. Two of n sources share a
    base with a chance of about n**2 / 2**27 (n = 20: 3 in a million).
    """
    return (_hash_of_name(f"entities of {source}")[0] >> 38) << _ENTITY_BITS


def _words(numbers: ArrayLike) -> NDArray[np.uint64]:
    """Return whole numbers modulo 2**64, as a contiguous array."""
    array = np.asarray(numbers)
    if array.dtype.kind not in "iub" and array.size:
        raise ModelError(f"entities and occurrences are whole numbers, not {array.dtype}")
    return np.ascontiguousarray(array, dtype=np.uint64)


class Stream:
    """Uniforms of one purpose: draw them for one entity, or for a block of entities, alike."""

    __slots__ = ("_first", "_first_word", "_second", "_second_word", "purpose")

    def __init__(self, key: int, purpose: str) -> None:
        self.purpose = purpose
        # The second key must not be a step of the walk that the first one starts: it would meet
        # one entity's word there, and give every purpose of that entity the same luck.
        first, second = _hash_of_name(purpose)
        self._first = mix((key + first) & _MASK)
        self._second = mix((key + second) & _MASK)
        self._first_word, self._second_word = np.uint64(self._first), np.uint64(self._second)

    def uniform(self, entity: int, occurrence: int = 0) -> float:
        """Return the uniform in (0, 1) of an entity's n-th occurrence of this purpose."""
        # `mix` twice, written out: the calls would be a third of the time.
        word = (self._first + entity * _WEYL_ENTITY) & _MASK
        word = ((word ^ (word >> 30)) * _FIRST) & _MASK
        word = ((word ^ (word >> 27)) * _SECOND) & _MASK
        word = ((word ^ (word >> 31) ^ self._second) + occurrence * _WEYL_OCCURRENCE) & _MASK
        word = ((word ^ (word >> 30)) * _FIRST) & _MASK
        word = ((word ^ (word >> 27)) * _SECOND) & _MASK
        word ^= word >> 31
        # 52 bits and a half are exact in a double; with 53 the largest would round to 1.0.
        return ((word >> 12) + 0.5) * 2.0**-52

    def uniforms(self, entities: ArrayLike, occurrences: ArrayLike = 0) -> NDArray[np.float64]:
        """Return the uniforms of whole-number arrays, bit for bit as `uniform`.

        The arrays are broadcast to one another and to at least one dimension. Raises ModelError
        where they are not whole numbers.
        """
        words = _words(entities) * _ENTITY_STEP
        words += self._first_word
        words = _mix_block(words)
        words ^= self._second_word
        if isinstance(occurrences, int):
            words += np.uint64(occurrences * _WEYL_OCCURRENCE & _MASK)
        else:
            words = words + _words(occurrences) * _OCCURRENCE_STEP
        words = _mix_block(words)
        words >>= _TO_52_BITS
        uniforms = words.astype(np.float64)
        uniforms += 0.5
        uniforms *= 2.0**-52
        return uniforms


class Quantity:
    """A random quantity: the uniforms of one purpose through a law's inverse distribution function.

    One value is computed as a block of one by the same NumPy function (MODEL T6), so that an
    entity's value does not depend on whether it was drawn alone or among others.
    """

    __slots__ = ("_ppf", "law", "stream")

    def __init__(self, stream: Stream, law: Law) -> None:
        self.stream = stream
        self.law = law
        self._ppf: Callable[[NDArray[np.float64]], NDArray[np.float64]] = law.ppf

    def one(self, entity: int, occurrence: int = 0) -> float:
        """Return the value of one entity's n-th occurrence."""
        return float(self._ppf(np.array([self.stream.uniform(entity, occurrence)]))[0])

    def block(self, entities: ArrayLike, occurrences: ArrayLike = 0) -> NDArray[np.float64]:
        """Return the values of a block of entities, bit for bit as `one`."""
        return self._ppf(self.stream.uniforms(entities, occurrences))


class Draws:
    """All luck of one replication.

    `seed` and `replication` are whole numbers in [0, 2**64). Raises ModelError otherwise.
    """

    __slots__ = ("_key", "_streams", "replication", "seed")

    def __init__(self, seed: int, replication: int) -> None:
        if not (0 <= seed <= _MASK and 0 <= replication <= _MASK):
            raise ModelError(f"seed {seed} and replication {replication} must lie in [0, 2**64)")
        self.seed = seed
        self.replication = replication
        self._key = mix(mix(seed + _WEYL_ENTITY & _MASK) + replication * _WEYL_OCCURRENCE & _MASK)
        self._streams: dict[str, Stream] = {}

    def stream(self, purpose: str) -> Stream:
        """Return the uniforms of a purpose ("patience on the phone"), always the same object."""
        if purpose not in self._streams:
            self._streams[purpose] = Stream(self._key, purpose)
        return self._streams[purpose]

    def quantity(self, purpose: str, law: Law) -> Quantity:
        """Return the random quantity of a purpose under a law."""
        return Quantity(self.stream(purpose), law)
