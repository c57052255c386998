"""The shops and those who serve in them, with the episodes that give customers a cause to leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flows.sample_chain.names import Words, person_name, phone_number
from flows.sample_chain.seasons import NEVER, Calendar

DILIGENCE = (0.58, 0.44, 0.62, 0.77)
"""Of the first stores: one is sloppy, one exemplary; later ones lie between."""


@dataclass(slots=True)
class Associate:
    """One who serves. `diligence`: how much of the care that is due gets done; `warmth` keeps customers longer."""

    associate_id: str
    name: str
    start: int
    end: int
    capacity: int
    diligence: float
    warmth: float


@dataclass(slots=True)
class Store:
    """One shop; `bad_service` and `competitor_from` are the episodes that make its customers leave."""

    number: int
    store_id: str
    name: str
    region: str
    district: int
    street: str
    opened: int
    diligence: float
    """How much of the care that is due gets done here."""
    is_online: bool = False
    closed: int = NEVER
    successor: Store | None = None
    bad_service: tuple[int, int] = (NEVER, NEVER)
    competitor_from: int = NEVER
    staff: list[Associate] = field(default_factory=list)
    seconds_used: set[int] = field(default_factory=set)
    receipts_with_phone: int = 0
    receipts_of_strangers: int = 0

    @property
    def phone(self) -> str:
        """The shop's own number, which cashiers type when the till insists on one."""
        return phone_number("196", self.number + 1)

    def is_open(self, day: int) -> bool:
        return self.opened <= day < self.closed


def open_stores(rng: Random, words: Words, calendar: Calendar, count: int) -> list[Store]:
    """The shops, the last of them online, with the episodes that give customers a cause to leave."""
    months = calendar.month_starts()
    width = max(2, len(str(count)))
    stores: list[Store] = []
    for at in range(count):
        store_id = f"S{at + 1:0{width}d}"
        street = words.streets[at % len(words.streets)]
        turn = at // len(words.streets) + 1
        name = (words.store_name if turn == 1 else words.again).format(street=street, n=turn)
        region, district = words.regions[at % 2], at % len(words.districts)
        opened, diligence = -rng.randrange(400, 3000), rng.uniform(0.5, 0.75)
        if at < len(DILIGENCE):
            diligence = DILIGENCE[at]
        store = Store(at, store_id, name, region, district, street, opened, diligence)
        if at == count - 1 and count > 1:
            store.name, store.is_online = words.online_store, True
        stores.append(store)
    physical = [store for store in stores if not store.is_online]
    if len(physical) >= 2 and len(months) >= 9:
        first = len(months) // 2 - 2
        physical[1].bad_service = (months[first][1], months[first + 3][2])
    if len(physical) >= 3 and len(months) >= 9:
        physical[2].competitor_from = months[len(months) * 3 // 5][1] + 9
    if len(physical) >= 4 and len(months) >= 12:
        physical[-1].opened = months[7][1] + 5
    if len(stores) >= 8 and len(months) >= 12:
        physical[3].closed, physical[3].successor = months[len(months) * 2 // 3][2] + 1, physical[4]
    for store in physical:
        store.staff = hired_staff(rng, words, calendar.days - 1, store)
    return stores


def hired_staff(rng: Random, words: Words, last_day: int, store: Store) -> list[Associate]:
    """Four posts; in about half of them somebody leaves within the period and is replaced."""
    staff: list[Associate] = []
    for _ in range(4):
        start, post_end = store.opened if store.opened >= 0 else -rng.randrange(30, 1500), store.closed
        while start < min(post_end, last_day):
            leaves = max(start, 0) + rng.randrange(90, max(2 * last_day, 180))
            end = leaves if leaves < min(last_day - 20, post_end - 20) else post_end
            number, name = f"A{store.store_id[1:]}{len(staff) + 1:02d}", person_name(rng, words, rng.random() < 0.8)
            capacity = rng.choice((30, 40, 40, 40, 50, 60))
            diligence, warmth = store.diligence + rng.uniform(-0.12, 0.12), rng.uniform(0.8, 1.25)
            staff.append(Associate(number, name, start, end, capacity, diligence, warmth))
            start = end + rng.randrange(3, 30)
    return staff
