"""The world around the mathematics: spreadsheets, terminal, solver, audit, reports."""
