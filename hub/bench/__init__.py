"""What measures the house and tries it from outside: references, faults, long runs."""
