"""The tables of everything that talks, one file a subject; importing this package knows them all."""

from __future__ import annotations

from bot.models.announcements import (
    OPEN,
    Announcement,
    AnnouncementStatus,
    ChatTurn,
    Chunk,
    ChunkStatus,
    Delivery,
    DeliveryStatus,
    Gathered,
    Leader,
    ProcedureFollow,
    RateLimit,
    Recall,
    Run,
    RunStatus,
    ScheduledJob,
    SkipReason,
    Subscription,
    Topic,
)
from bot.models.chats import Chat, HandOver, MissedQuestion, MissedStatus, Turn
from bot.models.contests import Contest, ContestEntry, ContestQuestion, ContestStatus
from bot.models.dossiers import (
    FINISHED,
    RUNNING,
    Dossier,
    DossierLoad,
    DossierStatus,
    DossierWatch,
    LoadStatus,
)
from bot.models.feedback import Feedback, FeedbackReason, FeedbackStatus
from bot.models.feeds import Feed
from bot.models.figures import CountKind, DailyCount
from bot.models.imports import ImportJob, ImportRow, JobKind, JobStatus, RowOutcome, RowState
from bot.models.intake import Accepted, Stage
from bot.models.notices import Attempt, Notice, NoticeStatus
from bot.models.official_chats import OfficialChat, OfficialChatCode
from bot.models.officials import AuditEntry, LoginFailure, Official, OfficialSession, Role
from bot.models.people import Contact, LinkCode, LinkGuess, Person
from bot.models.petitions import (
    OWED,
    AnswerStatus,
    Petition,
    PetitionAnswer,
    PetitionDraft,
    PetitionEvent,
    PetitionKind,
    PetitionPhoto,
    PetitionRoute,
    PetitionStatus,
)
from bot.models.privacy import DataTicket, Erasure, RetentionRun
from bot.models.surveys import Aspect, SurveyAnswer, SurveyDraft, SurveySource
from bot.models.switches import KillSwitch
from bot.models.threads import Thread, ThreadMessage, ThreadStatus
from bot.models.tokens import ApiToken, Scope
from bot.models.zalo import ZaloToken

__all__ = [
    "FINISHED",
    "OPEN",
    "OWED",
    "RUNNING",
    "Accepted",
    "Announcement",
    "AnnouncementStatus",
    "AnswerStatus",
    "ApiToken",
    "Aspect",
    "Attempt",
    "AuditEntry",
    "Chat",
    "ChatTurn",
    "Chunk",
    "ChunkStatus",
    "Contact",
    "Contest",
    "ContestEntry",
    "ContestQuestion",
    "ContestStatus",
    "CountKind",
    "DailyCount",
    "DataTicket",
    "Delivery",
    "DeliveryStatus",
    "Dossier",
    "DossierLoad",
    "DossierStatus",
    "DossierWatch",
    "Erasure",
    "Feed",
    "Feedback",
    "FeedbackReason",
    "FeedbackStatus",
    "Gathered",
    "HandOver",
    "ImportJob",
    "ImportRow",
    "JobKind",
    "JobStatus",
    "KillSwitch",
    "Leader",
    "LinkCode",
    "LinkGuess",
    "LoadStatus",
    "LoginFailure",
    "MissedQuestion",
    "MissedStatus",
    "Notice",
    "NoticeStatus",
    "Official",
    "OfficialChat",
    "OfficialChatCode",
    "OfficialSession",
    "Person",
    "Petition",
    "PetitionAnswer",
    "PetitionDraft",
    "PetitionEvent",
    "PetitionKind",
    "PetitionPhoto",
    "PetitionRoute",
    "PetitionStatus",
    "ProcedureFollow",
    "RateLimit",
    "Recall",
    "RetentionRun",
    "Role",
    "RowOutcome",
    "RowState",
    "Run",
    "RunStatus",
    "ScheduledJob",
    "Scope",
    "SkipReason",
    "Stage",
    "Subscription",
    "SurveyAnswer",
    "SurveyDraft",
    "SurveySource",
    "Thread",
    "ThreadMessage",
    "ThreadStatus",
    "Topic",
    "Turn",
    "ZaloToken",
]
