"""Work pressure and the erosion of standards (MODEL M4.8, U2).

Modelled: a team that is asked for more hours than it has takes less time for each contact, and in
time forgets how much it used to take. Times are relative to the standard at the start (DTO_0 = 1).

1. Work pressure wp is the week's required over available hours. Required counts each contact that
   reaches the team with the *desired* time DTO (a second dial after giving up is the same
   contact), and the written work left over from the week before: who has a backlog is to work it
   off within the week; available are the hours on duty of agents as skilled and fresh as they are.
2. Above wp = 1 the time taken is TPO = DTO max(floor, wp^alpha), alpha < 0; else TPO = DTO.
3. The standard follows what is lived:  dDTO/dt = (TPO - DTO) / tau_dn  under pressure, and
   (DTO_0 - DTO) / tau_up  without, so slowly that what is lost stays lost. The week is solved
   exactly: with z = wp under constant demand, z^-alpha - 1 fades as exp(alpha t / tau_dn).
4. Handle times are multiplied by TPO, the share solved by q = TPO^power (1 - slack max(0, 1 -
   wp / wp*)): an option lets a team with too little to do be careless as well (slack > 0).

Assumed: one standard for the team. Reference: Oliva & Sterman (2001), Cutting corners and working
overtime, Management Science 47(7).
"""

from __future__ import annotations

from math import exp, inf, log

from orgsim.config.base import Config, param
from orgsim.units import Number, Share, TimeConstant


class WorkPressureConfig(Config):
    """How a team gives way to pressure."""

    elasticity: Number = param(
        "elasticity of the time taken to work pressure above 1 (alpha); 0: nobody hurries",
        section="M4.8",
        ge=-5,
        le=0,
    )
    floor: Share = param(
        "least share of the desired time that is taken under pressure", section="M4.8", ge=0.05
    )
    erosion: TimeConstant = param(
        "time constant with which the standard falls to what is taken (tau_dn)",
        unit="wk",
        section="M4.8",
        gt=0,
    )
    recovery: TimeConstant = param(
        "time constant with which the standard recovers without pressure (tau_up)",
        unit="wk",
        section="M4.8",
        gt=0,
    )
    quality_power: Number = param(
        "power of the time taken that the share solved goes with", section="M4.8", ge=0, le=10
    )
    best_pressure: Share = param(
        "work pressure at which a team solves most (wp*)", section="M4.8", gt=0
    )
    slack_loss: Share = param(
        "share solved that is lost where there is nothing to do", section="M4.8"
    )


class WorkPressure:
    """The team's standard, and what it takes and solves under the pressure of the last week."""

    def __init__(self, config: WorkPressureConfig) -> None:
        self._config = config
        self.level = 0.0
        """Required over available hours of the last week (wp)."""
        self.standard = 1.0
        """The time agents believe a contact deserves, DTO / DTO_0."""
        self.time_taken = 1.0
        """The time agents take, TPO / DTO_0."""
        self.quality = 1.0
        """The factor of the share solved."""

    def close_week(self, required: float, available: float) -> None:
        """Live through a week's pressure; without anybody on duty there is none."""
        if available <= 0.0:
            return
        config, before = self._config, self.standard
        self.level = required / available
        self.standard = standard_after(before, self.level, 1.0, config)
        self.time_taken = self.standard * hurry(self.level * self.standard / before, config)
        idle = max(0.0, 1.0 - self.level / config.best_pressure)
        self.quality = self.time_taken**config.quality_power * (1.0 - config.slack_loss * idle)


def hurry(pressure: float, config: WorkPressureConfig) -> float:
    """The time taken under a pressure, as a share of the time desired."""
    if pressure <= 1.0:
        return 1.0
    return max(config.floor, float(pressure**config.elasticity))


def standard_after(
    standard: float, pressure: float, weeks: float, config: WorkPressureConfig
) -> float:
    """The standard after so many weeks of a constant demand that now makes this pressure."""
    if pressure <= 1.0:
        return 1.0 - (1.0 - standard) * exp(-weeks / config.recovery)
    if config.elasticity == 0.0:
        return standard
    now, left = pressure, weeks
    haste = 1.0 - config.floor
    breaking = config.floor ** (1.0 / config.elasticity)  # where the floor begins to hold
    if now > breaking:
        flat = config.erosion * log(now / breaking) / haste if haste else inf
        now *= exp(-haste * min(left, flat) / config.erosion)
        left = max(0.0, left - flat)
    if left > 0.0:
        power = -config.elasticity
        now = (1.0 + (now**power - 1.0) * exp(-power * left / config.erosion)) ** (1.0 / power)
    return standard * now / pressure
