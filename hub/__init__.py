"""Partnerhub: offers, consent, enquiries, places and feeds between a Jobcenter's health programme and its partners."""

__version__ = "0.1.0"
