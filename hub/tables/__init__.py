"""Tables that people send and get: CSV and Excel, read within limits and written so that no program runs a cell."""
