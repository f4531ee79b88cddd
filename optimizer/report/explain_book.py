def write_explanation(path, explanation, tables):
    import openpyxl

    openpyxl.Workbook().save(path)
