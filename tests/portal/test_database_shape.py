"""What the models promise of the database is there: a migration can drop an index that it doesn't name."""

import pytest
from django.apps import apps
from django.db import connection, models

OURS = [model for model in apps.get_models() if model.__module__.startswith(("credit.", "portal."))]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_constraint_and_index_of_a_model_is_in_the_database(db: None, model: type[models.Model]) -> None:
    promised = {part.name for part in (*model._meta.constraints, *model._meta.indexes)}
    promised |= {field.column for field in model._meta.concrete_fields if field.unique}
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    found = set(there) | {part["columns"][0] for part in there.values() if part["unique"] and len(part["columns"]) == 1}
    assert promised <= found


def test_there_are_models_to_look_at() -> None:
    assert len(OURS) > 20
