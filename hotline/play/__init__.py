"""``hotline chat play``: scripted conversations against the running hotline."""
