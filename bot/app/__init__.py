"""The roof: the only place that knows every room and every provider."""
