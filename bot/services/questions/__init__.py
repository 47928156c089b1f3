"""Questions: asked, answered, shown, refined."""
