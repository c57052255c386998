"""When will they buy again, and for how much: BG/NBD, MBG/NBD, Pareto/NBD and Gamma-Gamma by maximum likelihood.

BG/NBD: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way. MBG/NBD: Batislam, Denizel & Filiztekin
(2007). Pareto/NBD: Schmittlein, Morrison & Colombo (1987). Gamma-Gamma: Fader & Hardie (2013).

A customer is known by x (purchases after the first), t_x (weeks from the first to the last) and T (weeks from the first
until now). The likelihood of each purchase model is a sum of two positive terms, "still a customer" and "left some time
after the last purchase"; both are kept as logarithms. No hypergeometric function is needed: its integral is, whose
integrand is positive and smooth (Gaussian quadrature), so that nothing cancels and nothing overflows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import lgamma
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from transforms.sorting import in_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Failure = Literal["too_little_data", "no_interior_optimum", "not_converged"]
Objective = Callable[[Floats], tuple[float, Floats]]

NODES = 24
"""Points of each quadrature: relative error below 1e-9 over all that tests ask of it."""
ROWS_AT_A_TIME = 20_000
FIRST_LOOK = 1_000
"""Distinct histories on which the starts are tried; the best goes on with all of them."""
FARTHEST = 10.0
"""A parameter beyond e^±10 of the data's own scale is on its way to zero or infinity."""
LEAST_KNOWN = 3.0
"""Largest standard error of any combination of log-parameters: worse than a factor of 20 either way is not known."""
ARRIVED = 1e-7
"""The next step would gain less log-likelihood than this: estimates are within a two-thousandth of a standard error."""
MOST_PURCHASES_FORETOLD = 2_000


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories and how many customers have each; arrays of one length, times in weeks."""

    x: Ints
    t_x: Floats
    age: Floats
    weight: Floats
    is_distinct: bool = False

    @classmethod
    def of(cls, x: Sequence[int] | Ints, t_x: Sequence[float] | Floats, age: Sequence[float] | Floats) -> Histories:
        """One weight-1 row per customer. ValueError unless 0 ≤ t_x ≤ T, and t_x = 0 exactly where x = 0."""
        found = cls(np.asarray(x, np.int64), np.asarray(t_x, float), np.asarray(age, float), np.ones(len(x)))
        bad = (found.x < 0) | (found.t_x < 0) | (found.t_x > found.age) | ((found.x == 0) != (found.t_x == 0))
        if bad.any() or not np.isfinite(found.age).all():
            raise ValueError(f"{int(bad.sum())} histories are none: 0 ≤ t_x ≤ T, and t_x = 0 exactly where x = 0")
        return found

    def distinct(self) -> tuple[Histories, Ints]:
        """The same with equal histories as one row, by x, T and t_x; and for each row here the place of its history there."""
        if self.is_distinct:
            return self, np.arange(len(self))
        order = self._order()
        x, age, t_x = self.x[order], self.age[order], self.t_x[order]
        differs = (np.diff(x) != 0) | (np.diff(age) != 0) | (np.diff(t_x) != 0)
        begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(self)), bool), differs]))
        places = np.empty(len(self), np.int64)
        places[order] = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(self)))
        weight = np.add.reduceat(self.weight[order], begins) if len(self) else self.weight
        return Histories(x[begins], t_x[begins], age[begins], weight, is_distinct=True), places

    def _order(self) -> Ints:
        """Row numbers by x, T and t_x: of whole days, as whole numbers are sorted."""
        age, last = np.rint(self.age * 7), np.rint(self.t_x * 7)
        if (age / 7 != self.age).any() or (last / 7 != self.t_x).any():
            return np.lexsort((self.t_x, self.age, self.x))
        *_, order = in_order(self.x, age.astype(np.int64), last.astype(np.int64), np.arange(len(self)))
        return order

    def at(self, places: Ints | slice) -> Histories:
        return Histories(self.x[places], self.t_x[places], self.age[places], self.weight[places])

    def fresh(self) -> Histories:
        """The same customers had they bought last just now: t_x = T; a one-time buyer's only purchase was now."""
        age = np.where(self.x > 0, self.age, 0.0)
        return Histories(self.x, age, age, self.weight)

    def runs(self) -> tuple[Histories, Ints]:
        """One row per run of neighbours with equal x and T, and the run of each row: whoever is alive is alike in both."""
        differs = (np.diff(self.x) != 0) | (np.diff(self.age) != 0)
        begins = np.concatenate([np.ones(min(1, len(self)), bool), differs])
        return self.at(np.flatnonzero(begins)), np.cumsum(begins) - 1

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Fit:
    """Maximum-likelihood estimates, or why there are none.

    `standard_errors` by the delta method from the information matrix of the log-parameters. A fit that failed has NaN
    parameters and a `failure`; nothing can be foretold with it.
    """

    names: tuple[str, ...]
    parameters: Floats
    standard_errors: Floats
    log_likelihood: float
    failure: Failure | None

    def __getitem__(self, name: str) -> float:
        return float(self.parameters[self.names.index(name)])


def _failed(names: tuple[str, ...], failure: Failure) -> Fit:
    nothing = np.full(len(names), np.nan)
    return Fit(names, nothing, nothing, float("nan"), failure)


# ---- maximum likelihood


def _weighted(weight: Floats, values: Floats) -> float:
    """The weighted sum; not `@`, whose threads burn every core and add up in an order of their own."""
    return float((weight * values).sum())


def _curvature(objective: Objective, at: Floats, gradient: Floats) -> Floats:
    """The negative Hessian by differences of the gradient, to five digits."""
    step = 1e-6
    matrix = np.array([(gradient - objective(at + step * unit)[1]) / step for unit in np.eye(len(at))])
    return (matrix + matrix.T) / 2


def _learnt(curvature: Floats, step: Floats, fall: Floats) -> Floats:
    """The curvature after a step along which the gradient fell by `fall` (Broyden, Fletcher, Goldfarb, Shanno 1970)."""
    bent, seen = curvature @ step, float(fall @ step)
    if seen <= 0:  # no hill along this step: it teaches nothing
        return curvature
    return curvature + np.outer(fall, fall) / seen - np.outer(bent, bent) / float(step @ bent)


def _climb(
    objective: Objective, start: Floats, curvature: Floats | None = None, *, most_steps: int = 100
) -> tuple[Floats, float, Floats, bool]:
    """Newton's method with every direction made uphill and steps halved until they pay: where, how high, the gradient
    there, whether it arrived. Also ends, not arrived, where a parameter goes beyond FARTHEST. `curvature`: that at the
    start, better known with each step; without it, the objective's own is taken at each step."""
    at = start.copy()
    height, gradient = objective(at)
    learnt = curvature
    for _ in range(most_steps):
        if not np.isfinite(height):
            return at, -np.inf, gradient, False
        bends, directions = np.linalg.eigh(_curvature(objective, at, gradient) if learnt is None else learnt)
        bends = np.maximum(np.abs(bends), 1e-9 * max(1.0, float(np.abs(bends).max())))
        step = directions @ ((directions.T @ gradient) / bends)
        step *= min(1.0, 2.0 / float(np.abs(step).max() + 1e-300))
        gain = float(gradient @ step)
        if gain < ARRIVED:
            return at, height, gradient, True
        while True:
            further, slope = objective(at + step)
            if np.isfinite(further) and further >= height + 1e-4 * gain:
                break
            step, gain = step / 2, gain / 2
            if gain < 1e-11:
                return at, height, gradient, float(np.abs(gradient).max()) < 1e-3
        if learnt is not None:
            learnt = _learnt((directions * bends) @ directions.T, step, gradient - slope)
        at, height, gradient = at + step, further, slope
        if float(np.abs(at).max()) > FARTHEST:
            return at, height, gradient, False
    return at, height, gradient, False


def _fit(
    names: tuple[str, ...],
    objective: Objective,
    first_look: tuple[Objective, float] | None,
    starts: Sequence[Sequence[float]],
    units: Floats,
) -> Fit:
    """The highest of the climbs from `starts` (parameters in the data's own units; `units` turn them back).

    `first_look`: the objective on some of the customers, and how many times as many all are. The starts are tried on it,
    the best goes on with all; the slope is everybody's, how it bends is at first taken from the few.
    """
    begins = [np.log(np.asarray(start, float)) for start in starts]
    curvature = None
    if first_look is not None:
        some, times = first_look
        tried = [_climb(some, begin) for begin in begins]
        begins = [max(tried, key=lambda one: one[1])[0].clip(-FARTHEST + 1, FARTHEST - 1)]
        found = times * _curvature(some, begins[0], some(begins[0])[1])
        curvature = found if np.isfinite(found).all() else None

    at, height, gradient, arrived = max(
        (_climb(objective, begin, curvature) for begin in begins), key=lambda one: one[1]
    )
    if first_look is not None and not arrived and float(np.abs(at).max()) <= FARTHEST:
        at, height, gradient, arrived = _climb(objective, at)
    if not np.isfinite(height):
        return _failed(names, "not_converged")
    if float(np.abs(at).max()) > FARTHEST:
        return _failed(names, "no_interior_optimum")
    bends, directions = np.linalg.eigh(_curvature(objective, at, gradient))
    if bends[0] < 1 / LEAST_KNOWN**2:
        return _failed(names, "no_interior_optimum")
    if not arrived:
        return _failed(names, "not_converged")
    # one step more, by everybody's curvature: from almost there to the last printed digit
    at = at + directions @ ((directions.T @ gradient) / bends)
    height = objective(at)[0]
    parameters = np.exp(at) * units
    spread = np.sqrt(((directions**2) / bends).sum(axis=1))
    return Fit(names, parameters, parameters * spread, height, None)


# ---- the three purchase models


def _rising(start: float, most: int) -> tuple[Floats, Floats]:
    """log Γ(start + k)/Γ(start) for k = 0 … most, and its derivative by `start`."""
    terms = start + np.arange(most)
    return np.concatenate([[0.0], np.cumsum(np.log(terms))]), np.concatenate([[0.0], np.cumsum(1 / terms)])


@cache
def _legendre() -> tuple[Floats, Floats]:
    """Nodes and weights of the integral from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1) / 2, weights / 2


def _beta_nodes(a: float, b: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights of the mean over Beta(a, b), one row per b (Golub & Welsch 1969)."""
    k = np.arange(NODES)
    alpha, beta = b[:, None] - 1, a - 1  # Jacobi's, on −1 … 1 with 1 at p = 1
    both = alpha + beta
    twice = 2 * k + both
    with np.errstate(divide="ignore", invalid="ignore"):
        diagonal = (beta**2 - alpha**2) / (twice * (twice + 2))
        beside = 4 * k * (k + alpha) * (k + beta) * (k + both) / (twice**2 * (twice + 1) * (twice - 1))
    diagonal[:, 0] = ((beta - alpha) / (both + 2))[:, 0]
    beside[:, 1:2] = 4 * (1 + alpha) * (1 + beta) / ((2 + both) ** 2 * (3 + both))  # k + both and twice − 1 cancel
    matrices = np.zeros((len(b), NODES, NODES))
    matrices[:, k, k] = diagonal
    matrices[:, k[1:], k[:-1]] = matrices[:, k[:-1], k[1:]] = np.sqrt(beside[:, 1:])
    values, vectors = np.linalg.eigh(matrices)
    return ((values + 1) / 2).clip(0.0, 1.0), vectors[:, 0, :] ** 2


def _parts(histories: Histories) -> Iterator[slice]:
    for start in range(0, len(histories), ROWS_AT_A_TIME):
        yield slice(start, start + ROWS_AT_A_TIME)


class PurchaseModel(ABC):
    """A fitted purchase model. All times in weeks; results are arrays with one number per history."""

    code: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    starts: ClassVar[tuple[tuple[float, ...], ...]]
    """Parameters with the mean age as unit of time."""
    is_time: ClassVar[Floats]
    """1 where the parameter is a time."""

    def __init__(self, parameters: Sequence[float] | Floats) -> None:
        self.parameters = np.asarray(parameters, float)
        if self.parameters.shape != (len(self.names),) or not (self.parameters > 0).all():
            raise ValueError(f"{self.code} has the parameters {', '.join(self.names)}, all above zero")

    @classmethod
    def fit(cls, histories: Histories, *, start: Sequence[float] | Floats | None = None) -> Fit:
        """Maximum likelihood over all customers in `histories` (weights count customers).

        Failure `too_little_data`: no more customers who bought again than there are parameters, or no time has passed.
        `no_interior_optimum`: a parameter runs to zero or infinity, or is not known to a factor of 20.
        `start`: parameters of a fit nearby (last quarter's), tried beside the standing starts.
        """
        found, _ = histories.distinct()
        repeat = float(found.weight[found.x > 0].sum())
        if repeat <= len(cls.names) or not (found.age > 0).any():
            return _failed(cls.names, "too_little_data")
        unit = float((found.age * found.weight).sum() / found.weight.sum())
        scaled = Histories(found.x, found.t_x / unit, found.age / unit, found.weight)
        units = np.where(cls.is_time == 1, unit, 1.0)
        starts = [*cls.starts] if start is None else [tuple(np.asarray(start) / units), *cls.starts[:1]]

        def objective_of(rows: Histories) -> Objective:
            def objective(log_parameters: Floats) -> tuple[float, Floats]:
                height, gradient = 0.0, np.zeros(len(log_parameters))
                for part in _parts(rows):
                    more, slope = cls._log_likelihood(log_parameters, rows.at(part))
                    height, gradient = height + more, gradient + slope
                return height, gradient

            return objective

        few = scaled.at(slice(None, None, -(-len(scaled) // FIRST_LOOK)))
        times = float(scaled.weight.sum() / few.weight.sum())
        first_look = (objective_of(few), times) if len(few) < len(scaled) else None
        fit = _fit(cls.names, objective_of(scaled), first_look, starts, units)
        # back to weeks: each purchase after the first is a density in time
        purchases = float((found.x * found.weight).sum())
        return Fit(
            fit.names,
            fit.parameters,
            fit.standard_errors,
            fit.log_likelihood - purchases * float(np.log(unit)),
            fit.failure,
        )

    @classmethod
    @abstractmethod
    def _log_likelihood(cls, log_parameters: Floats, rows: Histories) -> tuple[float, Floats]:
        """The weighted sum over `rows`, and its slopes by the log-parameters."""

    @classmethod
    @abstractmethod
    def _odds_gone(cls, parameters: Floats, rows: Histories) -> Floats:
        """log (P(left for good) / P(still a customer)); −∞ where nobody can have left."""

    def log_likelihood(self, histories: Histories) -> float:
        return self._log_likelihood(np.log(self.parameters), histories)[0]

    def p_alive(self, histories: Histories) -> Floats:
        """Probability that the customer has not left for good."""
        shares = [np.empty(0)]
        for part in _parts(histories):
            with np.errstate(all="ignore"):
                shares.append(1 / (1 + np.exp(self._odds_gone(self.parameters, histories.at(part)))))
        return np.concatenate(shares)

    def buys_within(self, histories: Histories, weeks: float) -> Floats:
        """P(at least one purchase in the next `weeks`)."""
        return self._over(histories, lambda rows: 1 - self._none_if_alive(rows, weeks))

    def expected_purchases(self, histories: Histories, weeks: float) -> Floats:
        """E(purchases in the next `weeks`)."""
        return self._over(histories, lambda rows: self._expected_if_alive(rows, weeks))

    def most_purchases(self, histories: Histories, weeks: float, share: float) -> Floats:
        """The smallest number k with P(at most k purchases in the next `weeks`) ≥ `share`."""
        p_alive = self.p_alive(histories)
        with np.errstate(divide="ignore"):
            wanted = 1 - (1 - share) / p_alive  # who has left buys nothing
        alive, places = histories.runs()
        found = np.zeros(len(histories))
        for part in _parts(alive):
            at_most = self._cumulative(alive.at(part), weeks)
            rows = np.flatnonzero((places >= part.start) & (places < part.stop) & (wanted > 0))
            for k in range(MOST_PURCHASES_FORETOLD):
                rows = rows[next(at_most)[places[rows] - part.start] < wanted[rows]]
                if not len(rows):
                    break
                found[rows] = k + 1
        return found

    def _over(self, histories: Histories, if_alive: Callable[[Histories], Floats]) -> Floats:
        """P(alive) × what holds of those alive."""
        alive, places = histories.runs()
        parts = [if_alive(alive.at(part)) for part in _parts(alive)]
        return self.p_alive(histories) * np.concatenate([*parts, np.empty(0)])[places]

    @abstractmethod
    def _none_if_alive(self, rows: Histories, weeks: float) -> Floats:
        """P(no purchase in the next `weeks` | alive now)."""

    @abstractmethod
    def _expected_if_alive(self, rows: Histories, weeks: float) -> Floats:
        """E(purchases in the next `weeks` | alive now)."""

    @abstractmethod
    def _cumulative(self, rows: Histories, weeks: float) -> Iterator[Floats]:
        """P(at most k purchases | alive now) for k = 0, 1, 2 …"""


def _negative_binomial(shape: Floats, scale: Floats, time: Floats) -> Iterator[Floats]:
    """P(k purchases in `time`) at rates Gamma(shape, scale), for k = 0, 1, 2 …"""
    q = time / (scale + time)
    term: Floats = np.exp(shape * np.log(scale / (scale + time)))
    k = 0
    while True:
        yield term
        term = term * (shape + k) / (k + 1) * q
        k += 1


class BgNbd(PurchaseModel):
    """After each purchase but the first the customer leaves with a probability of their own (Beta(a, b))."""

    code = "bg_nbd"
    names = ("r", "alpha", "a", "b")
    starts = ((0.5, 0.3, 0.8, 2.5), (1.0, 1.0, 0.5, 5.0), (0.25, 0.1, 1.5, 1.5), (2.0, 0.5, 0.2, 4.0))
    is_time = np.array([0, 1, 0, 0])
    leaves_after_first: ClassVar[int] = 0

    @classmethod
    def _log_likelihood(cls, log_parameters: Floats, rows: Histories) -> tuple[float, Floats]:
        """What hangs on x alone is summed over neighbours of equal x first: a million rows pass through few arrays."""
        r, alpha, a, b = parameters = np.exp(log_parameters)
        with np.errstate(all="ignore"):
            on_age, on_last = alpha + rows.age, alpha + rows.t_x
            log_age, log_last = np.log(on_age), np.log(on_last)
            odds_gone = cls._odds_gone_at(parameters, rows.x, log_age - log_last)
            left_too = np.maximum(odds_gone, 0.0) + np.log1p(np.exp(-np.abs(odds_gone)))  # log(1 + e^odds)
            stays = rows.weight * np.exp(-left_too)
        goes = rows.weight - stays
        begins = np.concatenate([[0], np.flatnonzero(np.diff(rows.x)) + 1])
        people, staying = np.add.reduceat(rows.weight, begins), np.add.reduceat(stays, begins)
        x, size = rows.x[begins], float(people.sum())
        flips = x + cls.leaves_after_first
        before, most = np.maximum(flips - 1, 0), int(flips.max())
        (rate, d_rate), (stay, d_stay), (both, d_both) = _rising(r, most), _rising(b, most), _rising(a + b, most)
        shape = r + rows.x
        height = (
            _weighted(people, rate[x] - both[flips] + stay[flips])
            + size * r * np.log(alpha)
            - _weighted(rows.weight, shape * log_age)
            + _weighted(rows.weight, left_too)
        )
        slopes = (
            _weighted(people, d_rate[x]) + size * np.log(alpha) - _weighted(stays, log_age) - _weighted(goes, log_last),
            size * r / alpha - _weighted(shape, stays / on_age + goes / on_last),
            float(goes.sum()) / a - _weighted(people, d_both[flips]),
            _weighted(staying, d_stay[flips] - d_stay[before]) + _weighted(people, d_stay[before] - d_both[flips]),
        )
        return float(height), np.array(slopes) * parameters

    @classmethod
    def _odds_gone(cls, parameters: Floats, rows: Histories) -> Floats:
        alpha = parameters[1]
        return cls._odds_gone_at(parameters, rows.x, np.log(alpha + rows.age) - np.log(alpha + rows.t_x))

    @classmethod
    def _odds_gone_at(cls, parameters: Floats, x: Ints, log_silence: Floats) -> Floats:
        r, _, a, b = parameters
        flips = np.arange(int(x.max(initial=0)) + 1) + cls.leaves_after_first
        by_x = np.where(flips > 0, np.log(a) - np.log(b + np.maximum(flips - 1, 0)), -np.inf)
        odds: Floats = by_x[x] + (r + x) * log_silence
        return odds

    def _none_if_alive(self, rows: Histories, weeks: float) -> Floats:
        r, alpha, _, _ = self.parameters
        none: Floats = np.exp(-(r + rows.x) * np.log1p(weeks / (alpha + rows.age)))
        return none

    def _expected_if_alive(self, rows: Histories, weeks: float) -> Floats:
        """E over p of (1 − E e^(−λ p t)) / p: purchases until the one after which they leave."""
        r, alpha, a, b = self.parameters
        flips, places = np.unique(rows.x + self.leaves_after_first, return_inverse=True)
        nodes, weights = _beta_nodes(a, b + flips)
        expected = np.zeros(len(rows))
        shape, scaled = r + rows.x, weeks / (alpha + rows.age)
        for node in range(NODES):
            p = np.maximum(nodes[places, node], 1e-300)
            expected -= weights[places, node] * np.expm1(-shape * np.log1p(p * scaled)) / p
        return expected

    def _cumulative(self, rows: Histories, weeks: float) -> Iterator[Floats]:
        r, alpha, a, b = self.parameters
        stays = b + rows.x + self.leaves_after_first
        purchases = _negative_binomial(r + rows.x, alpha + rows.age, np.full(len(rows), float(weeks)))
        still = np.ones(len(rows))  # P(not left in the first k purchases)
        not_yet = np.ones(len(rows))  # P(k or more purchases, did nobody leave)
        at_most = np.zeros(len(rows))
        k = 0
        while True:
            term = next(purchases)
            at_most = at_most + still * term
            not_yet = not_yet - term
            yield at_most
            leaves = still * a / (a + stays + k)
            at_most = at_most + leaves * not_yet
            still = still - leaves
            k += 1


class MbgNbd(BgNbd):
    """As BG/NBD, but they may also leave after the first purchase: a one-time buyer is not alive for certain."""

    code = "mbg_nbd"
    leaves_after_first = 1


class ParetoNbd(PurchaseModel):
    """They may leave at any moment, at a rate of their own (Gamma(s, β))."""

    code = "pareto_nbd"
    names = ("r", "alpha", "s", "beta")
    starts = ((0.5, 0.3, 0.6, 0.4), (1.0, 1.0, 1.0, 2.0), (0.3, 0.1, 1.5, 0.5), (2.0, 0.5, 0.2, 0.1))
    is_time = np.array([0, 1, 0, 1])

    @classmethod
    def _log_likelihood(cls, log_parameters: Floats, rows: Histories) -> tuple[float, Floats]:
        r, alpha, s, beta = parameters = np.exp(log_parameters)
        with np.errstate(all="ignore"):
            rate, d_rate = _rising(r, int(rows.x.max(initial=0)))
            shared = rate[rows.x] + r * np.log(alpha) + s * np.log(beta)
            log_a, log_b = np.log(alpha + rows.age), np.log(beta + rows.age)
            stayed = shared - (r + rows.x) * log_a - s * log_b
            log_integral, times, weights = _leaving(parameters, r + rows.x, rows.t_x, rows.age)
            left = shared + np.log(s) + log_integral
            apart = left - stayed
            small = np.exp(-np.abs(apart))  # logaddexp by hand: the exponential serves both
            each = np.maximum(stayed, left) + np.log1p(small)
            is_customer = np.where(apart > 0, small, 1.0) / (1 + small)
            gone = 1 - is_customer
            gone = np.where(gone > 0, gone, 0.0)

            def mean(values: Floats) -> Floats:
                return np.where(gone > 0, np.nansum(weights * values, axis=1), 0.0)

            on_a, on_b = alpha + times, beta + times
            slopes = (
                d_rate[rows.x] + np.log(alpha) - is_customer * log_a - gone * mean(np.log(on_a)),
                r / alpha - (r + rows.x) * (is_customer / (alpha + rows.age) + gone * mean(1 / on_a)),
                np.log(beta) + gone / s - is_customer * log_b - gone * mean(np.log(on_b)),
                s / beta - is_customer * s / (beta + rows.age) - gone * (s + 1) * mean(1 / on_b),
            )
        return _weighted(rows.weight, each), np.array([_weighted(rows.weight, one) for one in slopes]) * parameters

    @classmethod
    def _odds_gone(cls, parameters: Floats, rows: Histories) -> Floats:
        r, alpha, s, beta = parameters
        log_integral, _, _ = _leaving(parameters, r + rows.x, rows.t_x, rows.age)
        odds: Floats = np.log(s) + log_integral + (r + rows.x) * np.log(alpha + rows.age) + s * np.log(beta + rows.age)
        return odds

    def _none_if_alive(self, rows: Histories, weeks: float) -> Floats:
        r, alpha, s, beta = self.parameters
        shape = r + rows.x
        start_a, start_b = alpha + rows.age, beta + rows.age
        with np.errstate(all="ignore"):
            stayed = -shape * np.log1p(weeks / start_a) - s * np.log1p(weeks / start_b)
            log_integral, _, _ = _leaving(self.parameters, shape, rows.age, rows.age + weeks)
            left = np.log(s) + shape * np.log(start_a) + s * np.log(start_b) + log_integral
            none: Floats = np.exp(np.logaddexp(stayed, left))
        return none

    def _expected_if_alive(self, rows: Histories, weeks: float) -> Floats:
        r, alpha, s, beta = self.parameters
        log_ratio = np.log1p(weeks / (beta + rows.age))
        power = (s - 1) * log_ratio
        # (1 − e^(−u)) / u, which is 1 where s = 1
        with np.errstate(invalid="ignore", divide="ignore"):
            shrink = np.where(np.abs(power) < 1e-12, 1.0, -np.expm1(-power) / power)
        expected: Floats = (r + rows.x) / (alpha + rows.age) * (beta + rows.age) * log_ratio * shrink
        return expected

    def _cumulative(self, rows: Histories, weeks: float) -> Iterator[Floats]:
        """Over the moment of leaving: at its nodes within the time, and not within it."""
        r, alpha, s, beta = self.parameters
        nodes, weights = _legendre()
        start = (beta + rows.age)[:, None]
        spans = np.log1p(weeks / start)
        gone_after = start * np.expm1(nodes * spans)
        density = s * spans * weights * np.exp(-s * nodes * spans)
        stays = np.exp(-s * spans)
        shape, scale = (r + rows.x)[:, None], (alpha + rows.age)[:, None]
        while_there = _negative_binomial(shape, scale, gone_after)
        whole = _negative_binomial(shape, scale, np.full((len(rows), 1), float(weeks)))
        at_most = np.zeros(len(rows))
        while True:
            at_most = at_most + (density * next(while_there)).sum(axis=1) + (stays * next(whole))[:, 0]
            yield at_most


def _leaving(parameters: Floats, shape: Floats, since: Floats, until: Floats) -> tuple[Floats, Floats, Floats]:
    """log ∫ (α + τ)^−shape (β + τ)^−(s+1) dτ from `since` to `until`; the nodes τ and their shares of the integral.

    In v = log(m + τ) with m = min(α, β) the integrand is log-concave with slopes of the order of its exponents; it is
    cut off where it has fallen by e^−40.
    """
    _, alpha, s, beta = parameters
    nodes, weights = _legendre()
    m = min(alpha, beta)
    first = m + since
    span = np.log1p((until - since) / first)
    falls = first * (shape / (alpha + since) + (s + 1) / (beta + since)) - 1
    span = np.minimum(span, np.where(falls > 0, 40 / falls, np.inf))
    grown = np.expm1(nodes * span[:, None])
    times = since[:, None] + first[:, None] * grown
    heights = (
        -shape[:, None] * np.log(alpha + times)
        - (s + 1) * np.log(beta + times)
        + np.log(first[:, None] * (1 + grown))
        + np.log(weights * span[:, None])
    )
    top = heights.max(axis=1)
    shares = np.exp(heights - top[:, None])
    total = shares.sum(axis=1)
    log_integral = np.where(span > 0, top + np.log(total), -np.inf)
    return log_integral, times, shares / total[:, None]


MODELS: tuple[type[PurchaseModel], ...] = (BgNbd, MbgNbd, ParetoNbd)
"""In order of simplicity."""


# ---- spend


def _digamma(values: Floats) -> Floats:
    """ψ(z) for z > 0: up by recurrence to 10 or more, then Stirling's series."""
    z = np.asarray(values, float).copy()
    low = np.zeros_like(z)
    for _ in range(10):
        low -= np.where(z < 10, 1 / z, 0.0)
        z = np.where(z < 10, z + 1, z)
    inverse = 1 / z**2
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    digamma: Floats = low + np.log(z) - 0.5 / z - series
    return digamma


class GammaGamma:
    """Spend per purchase: Gamma(p, ν) around a mean of the customer's own, ν over customers Gamma(q, γ)."""

    names = ("p", "q", "gamma")
    starts = ((4.0, 4.0, 1.0), (1.0, 2.0, 1.0), (10.0, 1.5, 0.2))

    def __init__(self, parameters: Sequence[float] | Floats) -> None:
        self.p, self.q, self.gamma = (float(one) for one in parameters)

    @classmethod
    def fit(cls, purchases: Ints, average: Floats, weight: Floats | None = None) -> Fit:
        """Maximum likelihood over customers with `purchases` of `average` spend each, all above zero.

        ValueError where they are not. Fails as the purchase models do; `too_little_data` without more repeat buyers
        than parameters.
        """
        n, z = np.asarray(purchases, np.int64), np.asarray(average, float)
        w = np.ones(len(n)) if weight is None else np.asarray(weight, float)
        if (n <= 0).any() or not (z > 0).all():
            raise ValueError("the spend of customers is above zero, in one purchase or more")
        if float(w[n > 1].sum()) <= len(cls.names):
            return _failed(cls.names, "too_little_data")
        unit = _weighted(w, z) / float(w.sum())
        key, places = np.unique(np.column_stack([n, z / unit]), axis=0, return_inverse=True)
        w = np.bincount(places.reshape(-1), weights=w, minlength=len(key)).astype(float)
        n, z = key[:, 0].astype(np.int64), key[:, 1].copy()

        def objective_of(rows: slice) -> Objective:
            n_, z_, w_ = n[rows], z[rows], w[rows]
            counts, at = np.unique(n_, return_inverse=True)
            logs, log_n = np.log(z_), np.log(n_)

            def objective(log_parameters: Floats) -> tuple[float, Floats]:
                p, q, gamma = np.exp(log_parameters)
                log_gammas = np.array([lgamma(p * k + q) - lgamma(p * k) for k in counts]) - lgamma(q)
                summed, single = _digamma(p * counts + q), _digamma(p * counts)
                log_all = np.log(gamma + n_ * z_)
                each = (
                    log_gammas[at] + q * np.log(gamma) + (p * n_ - 1) * logs + p * n_ * log_n - (p * n_ + q) * log_all
                )
                slopes = (
                    n_ * ((summed - single)[at] + logs + log_n - log_all),
                    (summed - _digamma(np.array([q])))[at] + np.log(gamma) - log_all,
                    q / gamma - (p * n_ + q) / (gamma + n_ * z_),
                )
                return _weighted(w_, each), np.array([_weighted(w_, one) for one in slopes]) * np.exp(log_parameters)

            return objective

        every = slice(None, None, -(-len(n) // FIRST_LOOK))
        times = float(w.sum() / w[every].sum())
        fit = _fit(
            cls.names,
            objective_of(slice(None)),
            (objective_of(every), times) if len(n) > FIRST_LOOK else None,
            cls.starts,
            np.array([1.0, 1.0, unit]),
        )
        height = fit.log_likelihood - float(w.sum() * np.log(unit))
        return Fit(fit.names, fit.parameters, fit.standard_errors, height, fit.failure)

    @property
    def has_mean(self) -> bool:
        """Whether spend per purchase has a finite mean over customers."""
        return self.q > 1

    def expected_spend(self, purchases: Ints | Floats, average: Floats) -> Floats:
        """E(spend per purchase) of customers with `purchases` (0 or more) of `average` spend each."""
        expected: Floats = self.p * (self.gamma + purchases * average) / (self.p * purchases + self.q - 1)
        return expected
