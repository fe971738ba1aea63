"""What points to a person in a text: numbers and names, found in one place for every entrance and every page."""
