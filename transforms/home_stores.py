"""Where each customer is at home after each purchase: the store visited most in the year up to it."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.period import DAY_BITS
from transforms.activity import CustomerDays
from transforms.sorting import changes, in_order


def home_by_purchase(told: CustomerDays) -> pl.DataFrame:
    """One row per customer and purchase date in the chain: the home store from that day on.

    The store with most purchases in the 12 months to that day; ties: the latest receipt, then the smaller store id.
    A store's purchase is a day with sales above zero there.
    """
    bought = (
        told.by_store.lazy()
        .filter(pl.col("customer_no").is_not_null() & (pl.col("sales_cents") > 0))
        .select("customer_no", "scope_no", "business_date", "last_ordered_at")
        .collect()
    )
    who, store, day = (bought[name].to_physical().to_numpy() for name in ("customer_no", "scope_no", "business_date"))
    is_new_customer = changes(who)
    is_first = is_new_customer | changes(day)
    homes = bought.select("customer_no", "business_date", "scope_no").filter(pl.Series(is_first))
    scope_no = homes["scope_no"]
    is_roaming = np.zeros(len(told.customers), bool)
    is_roaming[who[changes(store) & ~is_new_customer]] = True
    if is_roaming.any():
        chosen = _most_visited(bought.filter(pl.Series(is_roaming[who])))
        scope_no = scope_no.scatter(np.flatnonzero(is_roaming[who[is_first]]), chosen)
    return homes.select("customer_no", "business_date", told.scopes.gather(scope_no).alias("home_store_id"))


def _most_visited(bought: pl.DataFrame) -> pl.Series:
    """The home (scope_no) for each customer and date of `bought`, in order, by how often each of their stores was visited.

    Each customer's stores and days make a grid, store by store, of days with and without a visit. Its running count tells
    the visits of any 12 months as the distance of two places: nothing is joined with a customer's whole past.
    """
    who, store, date = (bought[name].cast(pl.Int64).to_numpy() for name in ("customer_no", "scope_no", "business_date"))
    is_new_day = changes(who) | changes(date)
    day = np.cumsum(is_new_day) - 1  # of each visit, among the days of all customers
    day_who, day_date = who[is_new_day], date[is_new_day]
    # the first of the customer's days that lies in the 12 months to each
    at_day, since = (day_who << DAY_BITS | dates for dates in (day_date, _year_before(day_date)))
    since_day = np.searchsorted(at_day, since, side="right")
    is_new_customer = changes(day_who)
    first_day, customer = np.flatnonzero(is_new_customer), np.cumsum(is_new_customer) - 1

    # a row per customer and store
    customers, stores, places = in_order(who, store, np.arange(len(who)))
    is_new_row = changes(customers) | changes(stores)
    row = np.empty(len(who), np.int64)
    row[places] = np.cumsum(is_new_row) - 1
    row_customer = customer[day[places[is_new_row]]]
    first, width = first_day[row_customer], np.bincount(customer)[row_customer]
    begins = np.cumsum(width) - width
    visited = begins[row] + day - first[row]
    # of each place of the grid
    place_day = np.repeat(first - begins, width) + np.arange(width.sum())
    place_since = np.repeat(begins - first, width) + since_day[place_day]
    visits_before = np.zeros(len(place_day) + 1, np.int64)
    visits_before[visited + 1] = 1
    np.cumsum(visits_before, out=visits_before)
    visits = visits_before[1:] - visits_before[place_since]
    visit_in_order = np.empty(len(who), np.int64)
    visit_in_order[visits_before[visited]] = np.arange(len(who))

    most = np.zeros(len(day_who), np.int64)
    np.maximum.at(most, place_day, visits)
    is_most = visits == most[place_day]
    asked, last_visit = place_day[is_most], visit_in_order[visits_before[1:][is_most] - 1]
    receipt = bought["last_ordered_at"].to_physical().fill_null(0).to_numpy()[last_visit]
    latest = np.full(len(day_who), np.iinfo(np.int64).min)
    np.maximum.at(latest, asked, receipt)
    is_latest = receipt == latest[asked]
    # the rows of the grid stand in the order of stores: written backwards, the smaller store id is what stays
    chosen = np.empty(len(day_who), np.int64)
    chosen[asked[is_latest][::-1]] = last_visit[is_latest][::-1]
    return bought["scope_no"].gather(chosen)


def _year_before(dates: np.ndarray) -> np.ndarray:
    """The date (days since 1970) twelve months before each: looked up, as calendars take long over each day."""
    first = int(dates.min())
    calendar = pl.int_range(first, int(dates.max()) + 1, eager=True).cast(pl.Int32).cast(pl.Date)
    return calendar.dt.offset_by("-12mo").cast(pl.Int64).to_numpy()[dates - first]


def with_homes(rhythm: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and purchase: the columns of `activity.rhythm` and `home_store_id`, null where `homes` has no such
    day (its sales were taken back elsewhere on the same day). `homes`: as of `home_by_purchase`."""
    key = ["customer_no", "business_date"]
    if rhythm.select(key).equals(homes.select(key)):  # nearly always; to join all days takes a hundred times as long
        return rhythm.with_columns(homes["home_store_id"])
    return rhythm.join(homes.select(*key, "home_store_id"), on=key, how="left", validate="1:1", maintain_order="left")
