"""A chain may grow by several facts at once, each of which must stand behind the new head."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION consent_chain_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.head_seq <= OLD.head_seq OR NEW.performer_id IS DISTINCT FROM OLD.performer_id
       OR NEW.studio_id IS DISTINCT FROM OLD.studio_id THEN
        RAISE EXCEPTION 'a chain only grows' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.head_seq > OLD.head_seq + 1 AND (
        SELECT count(*) FROM consent_fact
        WHERE chain_id = NEW.id AND seq > OLD.head_seq AND seq <= NEW.head_seq
    ) <> NEW.head_seq - OLD.head_seq THEN
        RAISE EXCEPTION 'a chain grows fact by fact' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION consent_chain_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.head_seq <> OLD.head_seq + 1 OR NEW.performer_id IS DISTINCT FROM OLD.performer_id
       OR NEW.studio_id IS DISTINCT FROM OLD.studio_id THEN
        RAISE EXCEPTION 'a chain grows by one fact at a time' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0003_media_listed")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
