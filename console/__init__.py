"""The web app of operators, agency officers, managers and administrators, rendered on the server."""
