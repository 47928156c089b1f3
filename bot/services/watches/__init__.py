"""Watches: questions that are asked again and again; and answers that are kept live."""
