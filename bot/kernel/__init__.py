"""What anything may import: errors, locale, messages from templates, paths, escaping."""
