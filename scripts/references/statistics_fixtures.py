#!/usr/bin/env python3
"""Writes crates/report/tests/fixtures/statistics.json: the figures that crate `report` is held
against.

SciPy gives summaries, intervals, t tests and permutation tests, statsmodels Holm's correction and
the analysis of variance, rliable the probability of improvement. Run it from anywhere: it makes its
own virtual environment below target/ and needs PyPI once.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "target" / "reference-statistics"
PACKAGES = ["numpy==2.2.6", "scipy==1.15.3", "statsmodels==0.14.5", "rliable==1.2.0"]
FIXTURE = ROOT / "crates" / "report" / "tests" / "fixtures" / "statistics.json"


def inside_environment() -> None:
    """Runs this script again with the environment's Python, which is made where it is missing."""
    python = ENVIRONMENT / "bin" / "python"
    if Path(sys.prefix) == ENVIRONMENT:
        return
    if not (ENVIRONMENT / "complete").exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (ENVIRONMENT / "complete").touch()
    os.execv(python, [str(python), __file__])


def samples():
    """Paired samples: what accuracies and losses look like, and the corners."""
    import numpy as np

    random = np.random.default_rng(7)
    cases = {
        "accuracies of three seeds": ([0.9712, 0.9694, 0.9726], [0.9688, 0.9696, 0.9702]),
        "two seeds": ([0.97, 0.96], [0.95, 0.955]),
        "no difference": ([0.97, 0.96, 0.98, 0.975], [0.97, 0.96, 0.98, 0.975]),
        "differences of equal size": ([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 4.0, 3.0]),
        "a constant arm": ([0.1126] * 6, [0.0958, 0.0990, 0.0958, 0.1126, 0.0968, 0.1]),
    }
    for n, gap in [(5, 0.002), (10, 0.0005), (10, 0.003), (12, 0.001)]:
        images = np.round(5000 * (0.97 + 0.002 * random.standard_normal(n))) / 5000
        others = np.round(5000 * (images - gap + 0.0015 * random.standard_normal(n))) / 5000
        cases[f"accuracies of {n} seeds, {gap} apart"] = (images.tolist(), others.tolist())
    for n in [8, 25, 70]:
        losses = np.exp(-2.5 + 0.4 * random.standard_normal(n))
        others = losses * np.exp(0.08 + 0.3 * random.standard_normal(n))
        cases[f"losses of {n} seeds"] = (losses.tolist(), others.tolist())
    return cases


def summary(x):
    import numpy as np
    from scipy import stats

    def interval(level):
        if np.std(x) == 0:  # SciPy gives NaN for an interval without width.
            return [float(np.mean(x))] * 2
        return [
            float(end)
            for end in stats.t.interval(level, len(x) - 1, loc=np.mean(x), scale=stats.sem(x))
        ]

    low, high = interval(0.95)
    return {
        "n": len(x),
        "mean": float(np.mean(x)),
        "std": float(np.std(x, ddof=1)),
        "low": low,
        "high": high,
        "one_of_13": interval(1 - 0.05 / 13),
        "median": float(np.median(x)),
        "min": float(np.min(x)),
        "max": float(np.max(x)),
    }


def compared(x, y):
    import numpy as np
    from rliable import metrics
    from scipy import stats

    difference = np.subtract(x, y)
    if np.all(difference == 0):  # SciPy gives NaN; the limit is taken instead.
        t_test = {"p": 1.0, "low": 0.0, "high": 0.0}
    else:
        result = stats.ttest_rel(x, y)
        interval = result.confidence_interval(0.95)
        t_test = {
            "p": float(result.pvalue),
            "low": float(interval.low),
            "high": float(interval.high),
        }
    exact = len(x) <= 20
    permutation = stats.permutation_test(
        (difference,),
        lambda d, axis: np.sum(d, axis=axis),
        permutation_type="samples",
        n_resamples=np.inf if exact else 500_000,
        batch=4096,
        vectorized=True,
        rng=np.random.default_rng(1),
    )
    scores = [np.asarray(values).reshape(-1, 1) for values in (x, y)]
    varies = len(x) > 2 and len(set(x)) > 1 and len(set(y)) > 1
    return {
        "x": x,
        "y": y,
        "x_summary": summary(x),
        "y_summary": summary(y),
        "mean": float(np.mean(difference)),
        "t_test": t_test,
        "permutation": {"p": float(permutation.pvalue), "exact": exact},
        "rank_correlation": float(stats.spearmanr(x, y).statistic) if varies else None,
        "improvement": float(metrics.probability_of_improvement(*scores)),
    }


def unpaired_samples():
    """Samples of unequal sizes and spreads, without pairs."""
    import numpy as np

    random = np.random.default_rng(11)
    cases = {
        "two and three": ([0.97, 0.96], [0.95, 0.955, 0.94]),
        "a constant arm": ([0.1126] * 4, [0.0958, 0.0990, 0.1126, 0.0968, 0.1]),
        "ties": ([1.0, 2.0, 2.0, 3.0], [2.0, 2.0, 3.0, 4.0, 4.0]),
    }
    for n, m, gap in [
        (5, 5, 0.002),
        (10, 7, 0.001),
        (9, 10, 0.004),
        (3, 12, 0.002),
        (30, 25, 0.0007),
    ]:
        x = 0.97 + 0.002 * random.standard_normal(n)
        y = 0.97 - gap + 0.004 * random.standard_normal(m)
        cases[f"{n} and {m} values, {gap} apart"] = (x.tolist(), y.tolist())
    return cases


def compared_unpaired(x, y):
    import math

    import numpy as np
    from scipy import stats

    result = stats.ttest_ind(x, y, equal_var=False)
    interval = result.confidence_interval(0.95)
    exact = math.comb(len(x) + len(y), len(x)) <= 200_000
    permutation = stats.permutation_test(
        (x, y),
        # SciPy's own two-sided p doubles one tail; what is asked for is the distance of the means.
        lambda a, b, axis: np.abs(np.mean(a, axis=axis) - np.mean(b, axis=axis)),
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf if exact else 500_000,
        batch=4096,
        vectorized=True,
        rng=np.random.default_rng(2),
    )
    return {
        "x": x,
        "y": y,
        "mean": float(np.mean(x) - np.mean(y)),
        "welch": {
            "p": float(result.pvalue),
            "low": float(interval.low),
            "high": float(interval.high),
        },
        "permutation": {"p": float(permutation.pvalue), "exact": exact},
    }


def crossed_tables():
    """Tables of runs: a row for each draw of the weights, a column for each order."""
    import numpy as np

    random = np.random.default_rng(13)
    cases = {}
    for rows, columns, draw, order, rest in [
        (5, 5, 2.0, 0.5, 1.0),
        (3, 3, 0.0, 1.0, 1.0),
        (2, 2, 1.0, 1.0, 1.0),
        (10, 4, 1.0, 3.0, 0.5),
        (4, 7, 0.0, 0.0, 1.0),
    ]:
        table = 97 + draw * random.standard_normal((rows, 1))
        table = table + order * random.standard_normal((1, columns))
        table = table + rest * random.standard_normal((rows, columns))
        cases[f"{rows} x {columns}, {draw} {order} {rest}"] = table
    return cases


def split(table):
    """The analysis of variance by statsmodels, intervals by published formulas with SciPy's F."""
    import numpy as np
    import pandas as pd
    from scipy import stats
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    rows, columns = table.shape
    row, column = (index.ravel() for index in np.indices(table.shape))
    frame = pd.DataFrame({"y": table.ravel(), "draw": row, "order": column})
    anova = anova_lm(ols("y ~ C(draw) + C(order)", frame).fit())
    squares = anova["sum_sq"] / anova["df"]
    (draw, order, rest), (n, m, d) = squares, anova["df"]

    def modified_large_sample(square, freedom, levels):
        """Ting, Burdick, Graybill, Jeyaratnam and Lu (1990), of the difference to the rest."""

        def over(tail, n):  # the upper point of F with infinite degrees in its denominator
            return stats.chi2.isf(tail, n) / n

        def width(g, h, f):
            mixed = ((f - 1) ** 2 - g**2 * f**2 - h**2) / f
            return np.sqrt(max(g**2 * square**2 + h**2 * rest**2 + mixed * square * rest, 0))

        a = 0.025
        below, above = (stats.f.isf(tail, freedom, d) for tail in (a, 1 - a))
        low = width(1 - 1 / over(a, freedom), 1 / over(1 - a, d) - 1, below)
        high = width(1 / over(1 - a, freedom) - 1, 1 - 1 / over(a, d), above)
        return [float(max((square - rest + side) / levels, 0)) for side in (-low, high)]

    fill = rest * abs(1 / rows - 1 / columns)
    of_draw = draw / columns + (fill if columns > rows else 0)
    of_order = order / rows + (fill if rows > columns else 0)
    ratio = stats.f.sf(of_draw / of_order, n, m)
    terms = [(square, freedom) for square, freedom in [(draw, n), (order, m)] if square > rest]
    terms = terms + [(-rest, d)] if len(terms) == 2 else terms or [(rest, d)]
    variance = sum(square for square, _ in terms)
    degrees = variance**2 / sum(square**2 / freedom for square, freedom in terms)
    error = np.sqrt(variance / table.size)
    interval = stats.t.interval(0.95, degrees, loc=table.mean(), scale=error)
    return {
        "columns": columns,
        "numbers": table.ravel().tolist(),
        "draw": {
            "variance": float(max((draw - rest) / columns, 0)),
            "interval": modified_large_sample(draw, n, columns),
            "p": float(anova["PR(>F)"]["C(draw)"]),
        },
        "order": {
            "variance": float(max((order - rest) / rows, 0)),
            "interval": modified_large_sample(order, m, rows),
            "p": float(anova["PR(>F)"]["C(order)"]),
        },
        "rest": {
            "variance": float(rest),
            "interval": [float(rest * d / stats.chi2.ppf(tail, d)) for tail in (0.975, 0.025)],
        },
        "p_equal": float(2 * min(ratio, 1 - ratio)),
        "mean": {
            "interval": [float(end) for end in interval],
            "p_of_97": float(2 * stats.t.sf(abs(table.mean() - 97) / error, degrees)),
        },
    }


def main() -> None:
    import numpy as np
    from statsmodels.stats.multitest import multipletests

    families = [
        [0.01, 0.04, 0.03],
        [0.5, 0.001, 0.9, 0.001],
        [0.04],
        np.random.default_rng(3).uniform(0, 0.05, 20).tolist(),
    ]
    fixture = {
        "written_by": "scripts/references/statistics_fixtures.py with " + ", ".join(PACKAGES),
        "samples": {name: compared(*pair) for name, pair in samples().items()},
        "unpaired": {name: compared_unpaired(*pair) for name, pair in unpaired_samples().items()},
        "crossed": {name: split(table) for name, table in crossed_tables().items()},
        "holm": [
            {"p": p, "corrected": multipletests(p, method="holm")[1].tolist()} for p in families
        ],
    }
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(fixture, indent=1) + "\n")
    print(f"wrote {FIXTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    inside_environment()
    main()
