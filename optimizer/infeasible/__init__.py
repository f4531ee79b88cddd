"""Why a workbook has no plan, in the planner's words: plain arithmetic, ways out that were tried, the limits in conflict."""

from optimizer.infeasible.explain import explain_infeasibility
from optimizer.infeasible.explanation import Explanation

__all__ = ["Explanation", "explain_infeasibility"]
