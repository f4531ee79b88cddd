"""Tonnes outside, kilotonnes in the model: the one place that knows how many. USD per kg are MUSD per kt as they stand."""

T_PER_KT = 1000.0
USD_PER_MUSD = 1e6
