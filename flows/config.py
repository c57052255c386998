"""A workspace and its chain.toml, read into typed settings; whatever is wrong in it is one clear line."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from flows.errors import UsageError
from schemas.contact_rules import DAYS_BETWEEN_AT_MOST, ContactRules
from schemas.identity import Linking
from schemas.rules import Rules

LOCALES = ("zh_CN", "en")


@dataclass(frozen=True)
class Workspace:
    """The folders of one chain. `inbox` is the user's; `lake`, `published` and `.regulars` are ours."""

    root: Path

    @property
    def chain_toml(self) -> Path:
        return self.root / "chain.toml"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def landed(self) -> Path:
        """Where files go once their rows are in the lake."""
        return self.root / "landed"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def state(self) -> Path:
        """Locks, half-built months, Prefect's home: safe to delete when nothing runs."""
        return self.root / ".regulars"


KNOWN_COUNTRIES = frozenset({"AU", "CA", "CN", "DE", "FR", "GB", "HK", "IT", "JP", "MO", "MY", "SG", "TW", "US"})
"""Countries whose phone numbers are known without asking phonenumbers, whose import would be felt in every look-up."""


@dataclass(frozen=True)
class Schedule:
    """When the monthly run starts: a cron line, read in the chain's time zone."""

    cron: str = "0 6 2 * *"


@dataclass(frozen=True)
class Settings:
    """chain.toml, typed."""

    name: str
    key: str
    """Keeps action ids of different chains apart and unguessable; changing it changes every action id."""
    locale: str = "zh_CN"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    country: str = ""
    """ISO code of the country whose phone numbers are written without a prefix; "": that of time_zone, else of currency."""
    shared_phones: tuple[str, ...] = ()
    """The shops' own numbers, typed for customers who give none: they name nobody."""
    account_platform: str = ""
    """The platform of accounts written without one ("jd" for jd:anna); "": the one whose accounts landed first."""
    member_ids_per_key: int = 3
    """A phone or e-mail address beside more member ids than these names nobody."""
    quarantine_limit: float = 0.01
    """A run whose newly landed rows are quarantined above this share stops before publishing."""
    processes: int = 0
    """Renderers at work at a time; 0: one per core."""
    rules: Rules = field(default_factory=Rules)
    schedule: Schedule = field(default_factory=Schedule)
    contact: ContactRules = field(default_factory=ContactRules)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """[sources.NAME] tables as written; flows.sources reads them."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def linking(self) -> Linking:
        """What keys may link."""
        return Linking(self.shared_phones, self.account_platform, self.member_ids_per_key)

    @property
    def digest(self) -> str:
        """Changes when anything that can change a number or a page changes."""
        told = {k: v for k, v in dataclasses.asdict(self).items() if k not in ("processes", "schedule")}
        return sha256(repr(sorted(told.items())).encode()).hexdigest()[:16]


def read_settings(workspace: Workspace) -> Settings:
    """The settings of this workspace. UsageError names the key and the remedy for whatever is wrong."""
    path = workspace.chain_toml
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"no chain.toml in {workspace.root}: make a workspace with `regulars init {workspace.root}`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None

    settings = _typed(
        Settings, told, where=path.name, nested={"rules": Rules, "schedule": Schedule, "contact": ContactRules}
    )
    assert isinstance(settings, Settings)
    if settings.locale not in LOCALES:
        raise UsageError(f"chain.toml: locale = {settings.locale!r} is not one of {', '.join(LOCALES)}")
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            f"chain.toml: time_zone = {settings.time_zone!r} is not a time zone, e.g. Asia/Shanghai"
        ) from None
    if not (len(settings.currency) == 3 and settings.currency.isupper()):
        raise UsageError(f"chain.toml: currency = {settings.currency!r} is not a currency code, e.g. CNY")
    _check_rules(settings.rules)
    for name in ("quiet_from", "quiet_until"):
        try:
            time.fromisoformat(getattr(settings.contact, name))
        except ValueError:
            told_time = getattr(settings.contact, name)
            raise UsageError(f"chain.toml [contact]: {name} = {told_time!r} is no time of day, e.g. 21:00") from None
    if not 0 <= settings.contact.days_between <= DAYS_BETWEEN_AT_MOST:
        raise UsageError(
            f"chain.toml [contact]: days_between = {settings.contact.days_between} is not from 0 to {DAYS_BETWEEN_AT_MOST}: "
            "more would silence the three-weekly message for good"
        )
    return _with_phone_numbers(settings)


def _check_rules(rules: Rules) -> None:
    """UsageError for a day or month of the rules that is none."""
    try:
        if rules.points_expire_every:
            date.fromisoformat(f"2024-{rules.points_expire_every}")  # a leap year: 29 February is a day
    except ValueError:
        raise UsageError(
            f"chain.toml [rules]: points_expire_every = {rules.points_expire_every!r} is not a day like 12-31"
        ) from None
    for month in rules.top_spender_visit_months:
        if month not in {f"{n:02d}" for n in range(1, 13)}:
            raise UsageError(
                f"chain.toml [rules]: top_spender_visit_months has {month!r}, which is not one of 01 to 12"
            )


def _with_phone_numbers(settings: Settings) -> Settings:
    """`settings` with the country filled in and the shared phones as keys are written."""
    country = settings.country or _country_of(settings.time_zone, settings.currency)
    if country in KNOWN_COUNTRIES and not settings.shared_phones:
        return dataclasses.replace(settings, country=country)
    import phonenumbers
    import polars as pl

    from transforms import phones

    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(
            f"chain.toml: country = {country!r} is no country code that phone numbers are known of; write it as CN or GB"
        )
    told = pl.Series(settings.shared_phones, dtype=pl.String)
    numbers = phones.normalised(told, country)
    if numbers.null_count():
        at = numbers.is_null().arg_true()[0] + 1
        raise UsageError(f"chain.toml: number {at} of shared_phones is no telephone number in {country}")
    return dataclasses.replace(settings, country=country, shared_phones=tuple(numbers.to_list()))


def _country_of(time_zone: str, currency: str) -> str:
    """The country of a time zone; of one that belongs to none (UTC), the currency's (its code begins with it)."""
    zones = get_global("zone_territories")
    return str(zones.get(time_zone) or currency[:2])


def _typed(cls: type, told: Mapping[str, Any], *, where: str, nested: Mapping[str, type] | None = None) -> Any:
    """`cls` filled from a TOML table: unknown keys, missing keys and wrong types are refused by name."""
    fields = {f.name: f for f in dataclasses.fields(cls)}
    if unknown := sorted(set(told) - set(fields)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(fields))}")
    values: dict[str, Any] = {}
    for name, f in fields.items():
        has_default = f.default is not dataclasses.MISSING or f.default_factory is not dataclasses.MISSING
        if name not in told:
            if not has_default:
                raise UsageError(f"{where}: {name} is missing")
            continue
        value = told[name]
        if nested and name in nested:
            if not isinstance(value, Mapping):
                raise UsageError(f"{where}: [{name}] is not a table")
            values[name] = _typed(nested[name], value, where=f"{where} [{name}]")
            continue
        expected = str(f.type)
        if expected == "float" and isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = float(value)
        elif expected.startswith("tuple") and isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = tuple(value)
        elif not (
            (expected == "str" and isinstance(value, str) and value)
            or (expected == "int" and isinstance(value, int) and not isinstance(value, bool))
            or (expected.startswith("Mapping") and isinstance(value, Mapping))
        ):
            raise UsageError(f"{where}: {name} = {value!r} is not what it should be (expected: {expected})")
        values[name] = value
    return cls(**values)
