"""Turns samples into ratios, verdicts and a table. Must not run anything.

A ratio is taken inside one round, then the median and the spread over rounds are shown.
"""
import statistics

from cases import BEST, CASES

HEADINGS = ("case", "proxy", "value", "spread", "unit", "busy", "req/s", "p99 ms")
RATIO_HEADINGS = ("case", "against", "median", "min..max", "goal", "")


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(case, samples):
    """slb over each peer, round by round; for cases with bodies also over the best of them."""
    if "slb" not in samples:
        return {}
    peers = {name: values for name, values in samples.items() if name != "slb"}
    own = [sample["value"] for sample in samples["slb"]]
    result = {name: [mine / sample["value"] for mine, sample in zip(own, values)]
              for name, values in peers.items() if all(s["value"] > 0 for s in values)}
    if BEST in case.goals and result:
        result[BEST] = [max(column) for column in zip(*result.values())]
    return result


def judge(results):
    """Every comparison and goal: a list of rows for the table and the JSON file."""
    rows = []
    for name, samples in results.items():
        case = CASES[name]
        for against, values in ratios(case, samples).items():
            rows.append(verdict(name, f"slb / {against}", values, case.goals.get(against), "ratio"))
        if "slb" in case.goals and "slb" in samples:
            values = [sample["value"] for sample in samples["slb"]]
            rows.append(verdict(name, "slb alone", values, case.goals["slb"], case.unit))
    return rows


def verdict(case, against, values, goal, unit):
    row = {"case": case, "against": against, "unit": unit, "goal": goal, **spread(values)}
    row["met"] = None if goal is None else row["median"] <= goal
    return row


def table(headings, rows):
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    text = []
    for line in lines:
        cells = [cell.ljust(width) if column < 2 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        text.append("  ".join(cells).rstrip())
    text.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join(text)


def number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def sample_rows(results):
    for name, samples in results.items():
        for contender, values in samples.items():
            stats = spread([sample["value"] for sample in values])
            row = [name, contender, number(stats["median"]),
                   f"{number(stats['min'])}..{number(stats['max'])}", CASES[name].unit]
            if "rate" in values[0]:
                row += [f"{statistics.median(s['busy'] for s in values):.0%}",
                        f"{statistics.median(s['rate'] for s in values):.0f}",
                        f"{statistics.median(s['p99_us'] for s in values) / 1000:.2f}"]
            else:
                row += ["", "", ""]
            yield row


def ratio_rows(rows):
    for row in rows:
        digits = number if row["unit"] != "ratio" else "{:.3f}".format
        goal = "" if row["goal"] is None else f"<= {row['goal']:g}"
        said = {None: "", True: "met", False: "MISSED"}[row["met"]]
        yield [row["case"], row["against"], digits(row["median"]),
               f"{digits(row['min'])}..{digits(row['max'])}", goal, said]


def text(results, judged, notes):
    parts = [table(HEADINGS, list(sample_rows(results)))]
    if judged:
        parts.append(table(RATIO_HEADINGS, list(ratio_rows(judged))))
    parts.append("\n".join(notes))
    return "\n\n".join(parts)
