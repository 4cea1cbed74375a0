"""Pages: routes, forms, login, errors, filters."""
