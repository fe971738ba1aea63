"""Every table of the database; ``Base.metadata`` is what the migrations must equal."""

from feedback_store.tables.base import AwareDateTime, Base
from feedback_store.tables.conversation import (
    ActionResult,
    ButtonToken,
    CallbackTask,
    Contact,
    Conversation,
    Draft,
    EmergencyCall,
    EngineTracker,
    InboundEvent,
    Media,
    OutboundMessage,
    RateCount,
    SealedDenunciation,
)
from feedback_store.tables.organisation import (
    Agency,
    AuditEntry,
    CalendarVersion,
    Category,
    CategoryGroup,
    Commune,
    Heartbeat,
    HotlineNumber,
    OldWard,
    PolicyVersion,
    Procedure,
    ProcedureFeedback,
    RoutingRule,
    Setting,
    User,
    UserNotice,
    UserSession,
)
from feedback_store.tables.ticket import (
    Addition,
    Clock,
    Leg,
    Pause,
    Rating,
    Ticket,
    TicketEvent,
)

__all__ = [
    "ActionResult", "Addition", "Agency", "AuditEntry", "AwareDateTime", "Base", "ButtonToken",
    "CalendarVersion", "CallbackTask", "Category", "CategoryGroup", "Clock", "Commune", "Contact",
    "Conversation", "Draft", "EmergencyCall", "EngineTracker", "Heartbeat", "HotlineNumber",
    "InboundEvent", "Leg", "Media", "OldWard", "OutboundMessage", "Pause", "PolicyVersion",
    "Procedure", "ProcedureFeedback", "RateCount", "Rating", "RoutingRule", "SealedDenunciation",
    "Setting", "Ticket", "TicketEvent", "User", "UserNotice", "UserSession",
]
