"""Workbooks that are read as plain cells: .csv, .tsv, a folder of them, .ods, .xls and .xlsb."""
