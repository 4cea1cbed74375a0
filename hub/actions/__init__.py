"""Verbs: what people do; policy first, log last, never a commit."""
