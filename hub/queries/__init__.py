"""Questions: one row, many rows, counts, locks; the only floor besides scopes where SQL stands."""
