"""The guards: what is said of words before the engine sees them. Pure, without database or network.

Order of use: emergency, shape, denunciation (bot/gateway/safety.py).
"""

from bot.gateway.denunciation import Choice, Verdict, check_denunciation
from bot.gateway.emergency import EmergencyHit, check_emergency, load_watch
from bot.gateway.shape import Shaped, check_shape

__all__ = [
    "Choice",
    "EmergencyHit",
    "Shaped",
    "Verdict",
    "check_denunciation",
    "check_emergency",
    "check_shape",
    "load_watch",
]
