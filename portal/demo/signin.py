"""Who can be signed in as in the demo, with which password, and the secret of each person's authenticator app."""

import base64
import hashlib

PASSWORD = "spoken-for-2026"  # noqa: S105 (printed on purpose: it opens the demo only)

IMANI = "imani@clarke.example"
TOMASZ = "tomasz@wrona.example"
KEIKO = "keiko@arata.example"
NOOR = "noor@haddad.example"
LUCIA = "lucia@ferran.example"
DEV = "dev@raman.example"
ADA = "ada@okonjo.example"
ROSALIND = "rosalind@pikelarkin.example"
EDDA = "edda@northlight.example"
JONAS = "jonas@northlight.example"
PRIYA = "priya@northlight.example"
MALIK = "malik@tern.example"
SUNNIVA = "sunniva@tern.example"
GRETA = "greta@haldenquay.example"
PAULO = "paulo@meridiandub.example"
CLEO = "cleo@brightacre.example"
HUGO = "hugo@lowtide.example"
STAFF = "staff@sayso.example"

# (address, name, what they are here); the first one is who to begin with
PEOPLE = (
    (IMANI, "Imani Clarke", "performer: two requests wait for her"),
    (ROSALIND, "Rosalind Pike", "her agent at Pike & Larkin, for six performers"),
    (EDDA, "Edda Marsh", "owner of Northlight Pictures"),
    (MALIK, "Malik Osei", "owner of Tern Interactive"),
    (STAFF, "Sam Ortiz", "staff: a studio waits to be verified"),
    (TOMASZ, "Tomasz Wrona", "performer: a yes is held for him"),
    (KEIKO, "Keiko Arata", "performer"),
    (NOOR, "Noor Haddad", "performer"),
    (LUCIA, "Lucía Ferrán", "performer, in Spanish"),
    (DEV, "Dev Raman", "performer: has stopped everything"),
    (ADA, "Ada Okonjo", "performer"),
    (JONAS, "Jonas Lind", "clearance at Northlight Pictures"),
    (PRIYA, "Priya Nair", "viewer at Northlight Pictures"),
    (SUNNIVA, "Sunniva Dahl", "clearance at Tern Interactive"),
    (GRETA, "Greta Halden", "owner of Halden & Quay"),
    (PAULO, "Paulo Reis", "owner of Meridian Dub"),
    (CLEO, "Cleo Vance", "owner of Bright Acre"),
    (HUGO, "Hugo Brandt", "founder of Low Tide Media, not verified yet"),
)


def authenticator_secret(email: str) -> str:
    """The same for a person in every demo, so that a phone that scanned it once keeps working: 32 base32 characters."""
    return base64.b32encode(hashlib.sha256(f"the demo of Sayso, {email}".encode()).digest()[:20]).decode()
