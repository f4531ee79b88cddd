"""What a run leaves behind: named tables, an Excel report, CSV files, a manifest."""
