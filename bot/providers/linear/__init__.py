"""Linear: issues as tickets."""
