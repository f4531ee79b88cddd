"""Sheets of public money: who pays for what."""

from __future__ import annotations

from optimizer.columns import Column, Kind, Sheet, number, sheet, text, year, yes_no

MONEY: tuple[Sheet, ...] = (
    sheet(
        "Budgets",
        "Pots of public money; with this sheet every outlay is paid from pots that allow it",
        (),
        text("funder", "Who pays", required=True),
        number("budget_musd", "MUSD", "Amount", required=True),
        year("year", "Year of the pot", default="any year"),
        yes_no("carry_over", "What is left serves later years", default="no"),
        Column("countries", Kind.TEXTS, "What it may pay for", default="all", refers="Countries"),
        Column(
            "stages",
            Kind.TEXTS,
            "What it may pay for; stockpile and training too",
            default="all",
            also=("stockpile", "training"),
        ),
    ),
)
