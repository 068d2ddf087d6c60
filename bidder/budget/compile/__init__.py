"""From a validated specification to the arrays that are solved.

One module per part of the model: :mod:`grid` (cells and seasons), :mod:`carryover` (effects over
time), :mod:`sums` (rows over scopes and periods), one function per kind of limit in :mod:`written`
and :mod:`kinds`, :mod:`retargeting`, :mod:`stock`, :mod:`replan`, :mod:`risk`, :mod:`objective`;
:mod:`whole` puts them together.
"""

from bidder.budget.compile.whole import compile_plan

__all__ = ["compile_plan"]
