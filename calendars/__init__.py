"""Calendar files, recurrence and working time for small programs: UTC in, bytes and dates out."""
