"""Tickets, conversations and clocks: the system of record of the hotline."""
