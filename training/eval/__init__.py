"""Measuring what training makes: hand-written phrasings, end-to-end sets from the second renderer."""
