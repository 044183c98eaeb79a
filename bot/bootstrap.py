"""Builds everything from Settings, once a process; the only place that knows all the parts."""

from __future__ import annotations

import atexit
from dataclasses import replace
from decimal import Decimal
from functools import cache, cached_property

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine

from bot import embedded
from bot.bell import Attendance, Bell, Publish
from bot.channels.billing import TmfBilling
from bot.channels.twilio_client import Carrier
from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from bot.clock import SharedClock, SystemClock
from bot.config import ConfigError, Settings, load_settings
from bot.domain.clock import Clock
from bot.domain.people import Brand
from bot.domain.seals import make_seal
from bot.inbound.courtesy import Courtesies
from bot.inbound.process import Inbound
from bot.inbound.voice import Voice
from bot.outreach.bridge import Bridge
from bot.outreach.outgoing import Outgoing
from bot.outreach.pacing import Limit, Pacing
from bot.outreach.recall import Recall, RefusalWatch
from bot.outreach.recall_by_hand import RecallByHand
from bot.outreach.reconcile import Reconciler
from bot.outreach.ring_managers import ManagerCalls
from bot.outreach.send import SmsOutreach, VoiceOutreach
from bot.outreach.voicemail import VoicemailOutreach
from bot.published import PublishedFlows
from bot.rulebook import Rulebook, open_rulebook
from bot.store.transaction import Statement, Transaction, make_engine, make_statement, make_transaction


class Wired:
    """The parts, each made when it is first asked for, so that a command needs only what it uses."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.flows = PublishedFlows()

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_url is None:
            raise ConfigError("DATABASE_URL is not set")
        return make_engine(self.settings.database_url)

    @cached_property
    def transaction(self) -> Transaction:
        return make_transaction(self.engine, seal=make_seal(self.settings.secret_key))

    @cached_property
    def statement(self) -> Statement:
        return make_statement(self.engine)

    @cached_property
    def clock(self) -> Clock:
        path = self.settings.clock_file
        return SharedClock(path) if path is not None else SystemClock()

    @cached_property
    def brand(self) -> Brand:
        return Brand(self.settings.brand_zh, self.settings.brand_en)

    @cached_property
    def outgoing(self) -> Outgoing:
        settings = self.settings
        return Outgoing(
            sms_sender=settings.sms_sender,
            voice_sender=settings.voice_sender,
            brand=self.brand,
            guest_list=settings.guest_list,
            default_time_zone=settings.default_time_zone,
            rulebook=self.rulebook,
        )

    @cached_property
    def rulebook(self) -> Rulebook:
        return open_rulebook()

    @cached_property
    def valkey(self) -> Redis:
        url = self.settings.redis_url
        if url is None:
            raise ConfigError("REDIS_URL is not set")
        return Redis.from_url(
            url.replace("redis+socket://", "unix://", 1),
            socket_timeout=5,
            socket_connect_timeout=5,
            health_check_interval=10,
            # A caller waits for words while the bell is rung: no waiting for a broker that is away.
            retry=Retry(NoBackoff(), 1),
        )

    def bell(self, publish: Publish) -> Bell:
        return Bell(self.valkey, publish)

    @cached_property
    def attendance(self) -> Attendance:
        return Attendance(self.valkey)

    @cached_property
    def carrier(self) -> Carrier:
        settings = self.settings
        return Carrier(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_base_url)

    @cached_property
    def sms(self) -> TwilioSms:
        return TwilioSms(self.carrier, self.settings.public_base_url)

    @cached_property
    def twilio_voice(self) -> TwilioVoice:
        return TwilioVoice(self.carrier, self.settings.public_base_url)

    @cached_property
    def sms_outreach(self) -> SmsOutreach:
        settings = self.settings
        account = self._account("sms", settings.account_sms_per_second)
        pacing = Pacing(self.valkey, settings.sms_sender, settings.sms_per_second, account)
        return SmsOutreach(self.transaction, self.flows, self.sms, pacing, self.outgoing)

    @cached_property
    def voice_outreach(self) -> VoiceOutreach:
        return VoiceOutreach(
            self.transaction, self.flows, self.twilio_voice, self._calls_pacing, self.outgoing
        )

    @cached_property
    def _calls_pacing(self) -> Pacing:
        settings = self.settings
        account = self._account("call", settings.account_calls_per_second)
        return Pacing(self.valkey, f"call:{settings.voice_sender}", settings.calls_per_second, account)

    @cached_property
    def manager_calls(self) -> ManagerCalls:
        return ManagerCalls(
            self.transaction, self.twilio_voice, self._calls_pacing, self.settings.voice_sender
        )

    @cached_property
    def bridge(self) -> Bridge:
        return Bridge(self.transaction, self.outgoing, self.settings.public_base_url)

    def _account(self, channel: str, per_second: Decimal | None) -> Limit | None:
        """Whoever sends through the same account, from whatever number, shares its bucket."""
        if per_second is None:
            return None
        return Limit(f"{channel}:{self.settings.twilio_account_sid}", per_second)

    @cached_property
    def voicemail_outreach(self) -> VoicemailOutreach:
        return VoicemailOutreach(self.transaction, self.flows, self.twilio_voice, self.outgoing)

    @cached_property
    def reconciler(self) -> Reconciler:
        return Reconciler(self.transaction, self.sms, self.twilio_voice)

    @cached_property
    def recall(self) -> Recall:
        by_hand = RecallByHand(self.transaction, self.twilio_voice, self.outgoing)
        return Recall(self.transaction, self.sms, self.twilio_voice, by_hand)

    @cached_property
    def refusal_watch(self) -> RefusalWatch:
        return RefusalWatch(self.transaction)

    @cached_property
    def inbound(self) -> Inbound:
        return Inbound(self.transaction, self.flows, self.brand, self.rulebook)

    @cached_property
    def voice(self) -> Voice:
        settings = self.settings
        return Voice(
            self.transaction,
            self.flows,
            self.brand,
            self.rulebook,
            settings.public_base_url,
            settings.voice_sender,
            settings.manager_line,
        )

    @cached_property
    def courtesies(self) -> Courtesies:
        settings = self.settings
        return Courtesies(
            self.transaction,
            self.brand,
            self.rulebook,
            settings.carrier_answers_opt_out,
            settings.help_line,
            settings.guest_list,
        )

    @cached_property
    def billing(self) -> TmfBilling | None:
        """None where no billing system is configured: then grants stay due, and say so."""
        settings = self.settings
        if settings.billing_api_base_url is None:
            return None
        return TmfBilling(settings.billing_api_base_url, settings.billing_api_token, units=settings.currency)


@cache
def wired() -> Wired:
    """This process's parts. Without DATABASE_URL the embedded PostgreSQL is started, or joined where it runs.

    Raises ConfigError.
    """
    settings = load_settings()
    if settings.database_url is None:
        servers = embedded.start(settings.var_dir, database_url=None, redis_url="unused")
        atexit.register(servers.stop)
        settings = replace(settings, database_url=servers.database_url)
    return Wired(settings)
