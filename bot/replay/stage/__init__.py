"""A browser without a network, in which a recording is played and photographed."""
