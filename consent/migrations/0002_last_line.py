"""The database's own last line: facts cannot be changed, ends stay ends, and a grant's terms are what was granted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION consent_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER consent_fact_append_only BEFORE UPDATE OR DELETE ON consent_fact
    FOR EACH ROW EXECUTE FUNCTION consent_refuse_change();
-- A payload may be erased, never rewritten.
CREATE TRIGGER consent_factpayload_no_rewrite BEFORE UPDATE ON consent_factpayload
    FOR EACH ROW EXECUTE FUNCTION consent_refuse_change();

CREATE FUNCTION consent_chain_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.head_seq <> OLD.head_seq + 1 OR NEW.performer_id IS DISTINCT FROM OLD.performer_id
       OR NEW.studio_id IS DISTINCT FROM OLD.studio_id THEN
        RAISE EXCEPTION 'a chain grows by one fact at a time' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_chain_moves_forward BEFORE UPDATE ON consent_chain
    FOR EACH ROW EXECUTE FUNCTION consent_chain_moves_forward();

CREATE FUNCTION consent_end_is_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('APPROVED', 'WITHDRAWN', 'LAPSED') AND
       (NEW.state <> OLD.state OR NEW.terms_text <> OLD.terms_text OR NEW.digest <> OLD.digest OR NEW.revision <> OLD.revision) THEN
        RAISE EXCEPTION 'use request % has ended as %', OLD.ref, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.revision < OLD.revision OR (NEW.terms_text <> OLD.terms_text AND NEW.revision = OLD.revision) THEN
        RAISE EXCEPTION 'terms change only with their revision' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_end_is_end BEFORE UPDATE ON consent_userequest
    FOR EACH ROW EXECUTE FUNCTION consent_end_is_end();

CREATE FUNCTION consent_grant_as_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.terms_text <> OLD.terms_text OR NEW.digest <> OLD.digest OR NEW.use_request_id <> OLD.use_request_id
       OR NEW.starts_at <> OLD.starts_at OR NEW.generate_until > OLD.generate_until OR NEW.exploit_until > OLD.exploit_until
       OR NEW.destroy_by > OLD.destroy_by
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
       OR (OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at) THEN
        RAISE EXCEPTION 'grant % can only be shortened', OLD.ref USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_grant_as_granted BEFORE UPDATE ON consent_grant
    FOR EACH ROW EXECUTE FUNCTION consent_grant_as_granted();
"""

BACKWARD = """
DROP TRIGGER consent_grant_as_granted ON consent_grant;
DROP FUNCTION consent_grant_as_granted;
DROP TRIGGER consent_end_is_end ON consent_userequest;
DROP FUNCTION consent_end_is_end;
DROP TRIGGER consent_chain_moves_forward ON consent_chain;
DROP FUNCTION consent_chain_moves_forward;
DROP TRIGGER consent_factpayload_no_rewrite ON consent_factpayload;
DROP TRIGGER consent_fact_append_only ON consent_fact;
DROP FUNCTION consent_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
