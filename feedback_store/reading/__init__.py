"""What people write, read once for every entrance: phone numbers, codes, identity numbers, places (decision 20)."""
