"""Designs and reports → pictures and tables, as plain text and rows. Neither torch nor streamlit is imported here."""
