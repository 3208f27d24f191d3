"""Questions about figures in English and Chinese, with the programs that answer them (`make.py` gives pairs for a parse)."""
