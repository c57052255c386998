"""The chain that everything else in this package is about: days, goods, shops, customers and books."""

from __future__ import annotations

from random import Random

from flows.sample_chain.assortment import Assortment
from flows.sample_chain.books import Books
from flows.sample_chain.names import WORDS
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import Calendar
from flows.sample_chain.stores import open_stores
from schemas.period import Month


class Chain:
    """One seeded chain before anything has happened in it."""

    def __init__(self, seed: int, stores: int, months: list[Month], language: str) -> None:
        self.rng = Random(seed)
        self.language = language
        self.words = WORDS[language]
        self.calendar = Calendar(months[0], months[-1])
        self.end = self.calendar.days - 1
        """The last day."""
        self.assortment = Assortment(self.rng, self.words, self.calendar)
        self.stores = open_stores(self.rng, self.words, self.calendar, stores)
        self.physical = [store for store in self.stores if not store.is_online]
        self.online = next((store for store in self.stores if store.is_online), None)
        self.customers: list[Customer] = []
        self.books = Books()
