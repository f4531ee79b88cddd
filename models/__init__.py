"""The mathematics of MagnetGrid: an Instance in, a Solution out; no files, no spreadsheets, no solver."""
