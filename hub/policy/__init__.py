"""Who: actors, permissions, rules, scopes and visible fields."""
