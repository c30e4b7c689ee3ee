"""The published lists: every version that there ever was, and what each entry says."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from credit.identity.models import Organisation
from credit.measures.constraints import ENTRY, LIST
from credit.measures.listfile import CODE_LIMIT
from credit.measures.matching import Entry, Trigger
from credit.measures.rules import Kind
from credit.scoring.words import in_language


class ListQuerySet(models.QuerySet["PublishedList"]):
    """Lists are public: nobody needs a permit to read one."""

    def in_force(self, on: date) -> Self:
        """Of each list the version in force on a day: the latest whose day has come."""
        started = self.filter(effective_from__lte=on).order_by("code", "-effective_from")
        return started.distinct("code")

    def newest_first(self) -> Self:
        """Every version ever published, the codes in order."""
        return self.order_by("code", "-version")


class PublishedList(models.Model):
    """One version of a list of measures, as it was published; in force from a day until the next version's.

    `words`: what it says of itself in both languages; `text` the TOML, byte for byte; `size`: how many entries it has,
    and the database takes no more.
    """

    append_only: ClassVar[bool] = True

    public_id = models.CharField(max_length=60, unique=True)
    code = models.SlugField(max_length=CODE_LIMIT)
    version = models.PositiveIntegerField()
    effective_from = models.DateField()
    words = models.JSONField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    published_at = models.DateTimeField()

    objects: ClassVar[ListQuerySet] = ListQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = LIST

    def __str__(self) -> str:
        return self.public_id

    @property
    def name(self) -> str:
        """Its name in the language in which the page is read."""
        return str(in_language(self.words)["name"])

    @property
    def summary(self) -> str:
        """What is in it."""
        return str(in_language(self.words)["summary"])

    @property
    def source(self) -> str:
        """Where it comes from."""
        return str(in_language(self.words)["source"])


class EntryQuerySet(models.QuerySet["ListEntry"]):
    """Entries are public like their lists."""

    def of(self, lists: Sequence[PublishedList]) -> Self:
        """The entries of lists, in their order, with who applies them."""
        return self.filter(published__in=lists).select_related("agency", "published").order_by("published", "place")


class ListEntry(models.Model):
    """One measure of a published list: who applies it, to whom, because of what, after which notice.

    `key` is the same in every version of the list. `words`: name, what it means, law, article, how it ends, whom to
    ask, how to object, in both languages.
    """

    append_only: ClassVar[bool] = True

    published = models.ForeignKey(PublishedList, models.PROTECT, related_name="entries")
    place = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LIMIT)
    key = models.CharField(max_length=2 * CODE_LIMIT + 1)
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    for_individuals = models.BooleanField()
    for_companies = models.BooleanField()
    notice_days = models.PositiveIntegerField()
    by_band = models.BooleanField()
    categories = ArrayField(models.CharField(max_length=CODE_LIMIT))
    notations = ArrayField(models.CharField(max_length=CODE_LIMIT))
    at_most = models.SmallIntegerField(null=True, blank=True)
    at_least = models.SmallIntegerField(null=True, blank=True)
    bands = ArrayField(models.CharField(max_length=CODE_LIMIT))
    words = models.JSONField()

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = ENTRY

    def __str__(self) -> str:
        return self.key

    def said(self, part: str) -> str:
        """One part of its words, in the language in which the page is read."""
        return str(in_language(self.words)[part])

    @property
    def name(self) -> str:
        """What it is called."""
        return self.said("name")

    @property
    def means(self) -> str:
        """What it means for whom it concerns, in plain words."""
        return self.said("means")

    @property
    def law(self) -> str:
        """The law and the article."""
        texts: Any = in_language(self.words)
        return in_language({"en": "{law}, {article}", "zh-hans": "{law}{article}"}).format(**texts)

    @property
    def ends(self) -> str:
        """How it ends."""
        return self.said("ends")

    @property
    def ask(self) -> str:
        """Whom to ask."""
        return self.said("ask")

    @property
    def object(self) -> str:
        """How to object."""
        return self.said("object")

    @property
    def adverse(self) -> bool:
        """Whether it is against whom it concerns."""
        return self.kind == Kind.ADVERSE

    @property
    def rule(self) -> Entry:
        """As the matching takes it."""
        return Entry(
            pk=self.pk,
            individuals=self.for_individuals,
            companies=self.for_companies,
            trigger=Trigger(
                categories=tuple(self.categories),
                notations=tuple(self.notations),
                at_most=self.at_most,
                at_least=self.at_least,
                bands=tuple(self.bands),
            ),
        )
