"""The first and last pages of a plan's report: figures and advice; inputs and proof."""

from __future__ import annotations

import numpy as np

from bidder.budget.curves import Shape
from bidder.reports.page import Block, Fact, Facts, Grid, Prose, Section, Source, table
from bidder.reports.plan_limits import priced_limits
from bidder.reports.plan_view import PlanView, divide

_NAMED = 4


def summary_section(view: PlanView) -> Section:
    """Headline figures, what to do, what holds the plan back."""
    label = view.labels
    blocks: list[Block] = [Facts(_facts(view))]
    if view.plan.status == "valued":
        blocks.insert(0, Prose([label("valued")], tone="notice"))
    elif view.plan.status != "optimal":
        blocks.insert(0, Prose([label("stopped", gap=view.gap_words)], tone="notice"))
    if view.adjusted:
        blocks.append(Prose(_charges(view), tone="quiet"))
    blocks.append(Prose(_advice(view), label("what_to_do"), bullets=True))
    prices = [p.sentence for p in priced_limits(view)[:3]]
    blocks.append(Prose(prices or [label("nothing_holds")], label("holds_back"), bullets=True))
    blocks.append(Prose([label("caution")], tone="quiet"))
    return Section("summary", label("summary"), blocks)


def _facts(view: PlanView) -> list[Fact]:
    label, numbers, totals = view.labels, view.numbers, view.plan.totals
    words = view.gap_words if view.certified else ""
    value = view.objective_text(view.plan.objective, headline=True)
    if view.adjusted:
        whole = view.objective_text(totals[view.metric], headline=True)
        facts = [Fact(_expected(view, view.metric), whole, main=True), Fact(_main_label(view), value, words)]
    else:
        facts = [Fact(_main_label(view), value, words, main=True)]
    if not view.minimising:
        facts.append(Fact(label("spend"), numbers.headline(totals["spend"]), _budget_note(view)))
    if view.metric != "revenue" or (view.averse and not view.adjusted):
        facts.append(Fact(_expected(view, "revenue"), numbers.headline(totals["revenue"])))
    facts.append(Fact(label("roas"), numbers.ratio(totals["roas"]), label("roas_note")))
    later = f"{totals.get('conversions_after_end', 0.0):,.0f}"
    aov = label("aov_note", value=numbers.sum(divide(totals["revenue"], totals["conversions"])))
    if totals.get("conversions_after_end", 0.0) >= 0.5:
        aov = label("of_which_later" if view.plan.spec.count_after_end else "after_end", count=later)
    if view.metric != "conversions":
        facts.append(Fact(label("conversions"), numbers.count(totals["conversions"]), aov))
    facts.append(Fact(label("cpa"), numbers.sum(totals["cpa"]), label("per_conversion")))
    if view.metric != "profit" or view.averse:
        facts.append(Fact(_expected(view, "profit"), numbers.headline(totals["profit"])))
    if view.certified and not view.adjusted:
        bound = view.objective_text(view.plan.upper_bound, headline=True)
        note = label("bound_note", gap=numbers.gap(view.plan.gap))
        facts.append(Fact(label("bound_min" if view.minimising else "bound_max"), bound, note))
    return facts


def _charges(view: PlanView) -> list[str]:
    # What the objective takes off the metric, so that nobody reads it as the metric itself.
    label, spec = view.labels, view.plan.spec
    name = label(view.metric)
    name, lines = name[0].lower() + name[1:], []
    if spec.budget.marginal_roas:
        floor = view.numbers.ratio(spec.budget.marginal_roas)
        lines.append(label("charge_roas", name=name, floor=floor, currency=view.currency_word))
    if spec.budget.marginal_cpa:
        lines.append(label("charge_cpa", name=name, cap=view.numbers.sum(spec.budget.marginal_cpa)))
    if spec.replan is not None and spec.replan.penalty:
        penalty = view.numbers.ratio(spec.replan.penalty)
        lines.append(label("charge_moved", penalty=penalty, currency=view.currency_word))
    return lines


def _main_label(view: PlanView) -> str:
    if view.minimising:
        return view.labels("least_spend" if view.certified else "spend")
    risk = view.plan.spec.risk
    if risk is None or not view.averse:
        return view.objective_name if view.adjusted else _expected(view, view.metric)
    percent = view.numbers.percent
    key = "cvar_of" if risk.objective == "cvar" else "mix_of"
    values = {"name": view.objective_name, "tail": percent(1 - risk.level, 0)}
    return view.labels(key, **values, **({} if key == "cvar_of" else {"weight": percent(risk.weight, 0)}))


def _expected(view: PlanView, metric: str) -> str:
    name = view.labels(metric)
    return view.labels("expected", name=name[0].lower() + name[1:])


def _budget_note(view: PlanView) -> str:
    total = view.plan.spec.budget.total
    if total is None:
        return view.labels("open_budget")
    share = view.numbers.percent(divide(view.plan.totals["spend"], total))
    return view.labels("of_budget", share=share, budget=view.numbers.headline(total))


def _advice(view: PlanView) -> list[str]:
    label, numbers = view.labels, view.numbers
    spend = float(view.plan.totals["spend"])
    total = view.plan.spec.budget.total
    part = (
        ""
        if total is None
        else label("do_of_budget", share=numbers.percent(divide(spend, total)), budget=numbers.sum(total))
    )
    lines = [label("do_spend", spend=numbers.sum(spend), periods=view.horizon_words, of_budget=part)]
    if spend > 0:
        lines += [_channels_line(view, spend), *_peak_line(view)]
    idle = [name for c, name in enumerate(view.campaigns) if view.spend[c, view.past :].sum() <= 0]
    if idle:
        more = [*idle[:_NAMED], *([label("others")] if len(idle) > _NAMED else [])]
        lines.append(label("do_zero", list=view.listing(more)))
    lines += _next_line(view)
    lost = float(np.nansum(view.plan.cells["lost"].to_numpy(dtype=np.float64)))
    if lost >= 0.5:
        lines.append(label("do_stock", count=numbers.count(lost)))
    return lines


def _channels_line(view: PlanView, spend: float) -> str:
    sums = dict.fromkeys(view.channels, 0.0)
    for c, channel in enumerate(view.campaign_channels):
        sums[channel] += float(view.spend[c].sum())
    ranked = sorted((kv for kv in sums.items() if kv[1] > 0), key=lambda kv: -kv[1])[:_NAMED]
    items = [view.labels("list_item", name=k, share=view.numbers.percent(v / spend, 0)) for k, v in ranked]
    return view.labels("do_channels", list=view.listing(items))


def _peak_line(view: PlanView) -> list[str]:
    by_period = view.spend.sum(axis=0)
    peak, mean = int(by_period.argmax()), float(by_period.mean())
    if len(by_period) < 3 or by_period[peak] < 1.2 * mean:
        return []
    day = view.numbers.day(view.periods[peak])
    return [
        view.labels(
            "do_peak",
            when=view.labels(f"when_{view.plan.spec.horizon.period}", day=day),
            spend=view.numbers.sum(float(by_period[peak])),
            times=f"{by_period[peak] / mean:.1f}",
        )
    ]


def _next_line(view: PlanView) -> list[str]:
    mean = view.mean_marginal()
    known = np.flatnonzero(np.isfinite(mean))
    if len(known) < 2:
        return []
    high, low = int(known[mean[known].argmax()]), int(known[mean[known].argmin()])
    if mean[high] - mean[low] < 0.01 * abs(mean[high]):
        return []
    return [
        view.labels(
            "do_next",
            high=view.campaigns[high],
            high_value=view.numbers.ratio(float(mean[high])),
            low=view.campaigns[low],
            low_value=view.numbers.ratio(float(mean[low])),
        )
    ]


def inputs_section(view: PlanView, text: str) -> Section:
    """The configuration as written, and the curves that were used."""
    blocks: list[Block] = [_curve_table(view)]
    if text.strip():
        blocks.append(Source(view.labels("inputs_yaml"), text))
    return Section("inputs", view.labels("inputs_section"), blocks)


def _curve_table(view: PlanView) -> Grid:
    label, numbers = view.labels, view.numbers
    cells, values = view.plan.problem.cells, view.plan.accounts.order_value
    curves = cells.curves
    rows = []
    for c, name in enumerate(view.campaigns):
        mine = np.flatnonzero(cells.campaign == c)
        last = int(mine[-1])  # of the periods still to come, when some are past
        now = mine[view.past :] if len(mine) > view.past else mine
        rows.append(
            [
                name,
                label(f"shape_{Shape(int(curves.shape[last])).name.lower()}"),
                _formula(view, last),
                numbers.money(float(values[c])),
                _span(view, curves.scale_in[now]),
                _span(view, curves.scale_out[now]),
            ]
        )
    columns = [
        label(k)
        for k in ("campaign", "curve_kind", "curve_formula", "order_value", "spend_factor", "effect_factor")
    ]
    return Grid(table(columns, rows, text=3), label("curve_table"), label("curve_table_caption"), folded=True)


def _span(view: PlanView, values: np.ndarray) -> str:
    low, high = view.numbers.ratio(float(values.min())), view.numbers.ratio(float(values.max()))
    return low if low == high else f"{low} – {high}"


def _formula(view: PlanView, cell: int) -> str:
    curves = view.plan.problem.cells.curves
    a, b, c = (f"{float(v[cell]):,.5g}" for v in (curves.a, curves.b, curves.c))
    shape = Shape(int(curves.shape[cell]))
    if shape is Shape.HILL:
        return f"{a} · x / ({b} + x)" if c == "1" else f"{a} · x^{c} / ({b}^{c} + x^{c})"
    if shape is Shape.LOG:
        return f"{a} · ln(1 + x / {b})"
    if shape is Shape.POWER:
        return f"{a} · x^{c}"
    xs, ys = curves.points[int(curves.a[cell])]
    return view.labels(
        "points_to",
        n=len(xs),
        spend=view.numbers.short_money(float(xs[-1])),
        effect=view.numbers.count(float(ys[-1])),
    )


def proof_section(view: PlanView) -> Section | None:
    """Why the certificate holds, in three sentences."""
    if not view.certified:
        return None
    last = view.labels(
        "proof_3",
        objective=view.objective_text(view.plan.objective),
        bound=view.objective_text(view.plan.upper_bound),
        gap=view.gap_words,
    )
    found = view.labels("proof_1_newton" if view.plan.solution.newton else "proof_1")
    prose = Prose([found, view.labels("proof_2"), last])
    return Section("proof", view.labels("proof_section"), [prose], short=view.labels("short_proof"))
