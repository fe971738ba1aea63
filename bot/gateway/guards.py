"""The guards in the order of the chat: emergency, shape, denunciation (``safety.py``). Pure; what reads words stands in
``feedback_store/guards``."""

from bot.gateway.shape import Shaped, check_shape
from feedback_store.guards import Denunciation, EmergencyHit, check_emergency, find_denunciation, load_watch

__all__ = [
    "Denunciation",
    "EmergencyHit",
    "Shaped",
    "check_emergency",
    "check_shape",
    "find_denunciation",
    "load_watch",
]
