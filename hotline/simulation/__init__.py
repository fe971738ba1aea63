"""A simulated hotline: people who act through the real services, the real deadline job, and a virtual clock."""
