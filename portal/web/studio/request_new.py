"""The request form in six steps, for a draft and for new terms of a request that was sent. Every save keeps everything."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent.access import by_session
from consent.core import fitting, lifecycle, specificity
from consent.core.roles import StudioAct
from consent.core.terms import Terms
from consent.core.vocabulary import Dimension, Use
from consent.models import Performer, Production, Studio, UseRequest
from consent.queries import asked, roster
from consent.render import words
from consent.services import people, productions, use_requests
from consent.services.moves import Overtaken, Refused, Stale
from portal.visitor import visitor
from portal.web.forms import drafts
from portal.web.forms.fields import without_optional
from portal.web.forms.terms import RETENTION_UNSAID, STEP_FORMS, StepForm, WhatForm, typed_key
from portal.web.forms.who import NEW, AmendForm, SendForm, WhoForm
from portal.web.studio import forecast, room, summary
from portal.web.studio.paper import AMENDING, NoPaper, Paper, kept, open_paper

SEE_OTHER, UNPROCESSABLE = 303, 422
STEPS = ("who", "what", "where", "offer", "afterwards", "check")
FORMS: dict[str, type[StepForm]] = {form.key: form for form in STEP_FORMS}


def titles() -> dict[str, str]:
    return {
        "who": _("Who, and which project"),
        "what": _("What you want to make"),
        "where": _("Where, and how long"),
        "offer": _("What you offer"),
        "afterwards": _("What happens afterwards"),
        "check": _("Check and send"),
    }


# --- Step 1 ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest, org: str) -> HttpResponse:
    """A new request begins with whom and for what; the first save makes the draft, right or wrong."""
    studio, actor = by_session.studio(visitor(request), org, StudioAct.ASK)
    if request.method != "POST":
        wanted = {name: request.GET.get(name, "") for name in ("performer", "production")}
        form = _who_form(studio, initial={name: value for name, value in wanted.items() if value})
        without_optional(form, form.needed)
        context = room.context(studio, actor, "board") | _steps("who", None, studio) | {"form": form}
        return render(request, "studio/request_step.html", context)
    row = use_requests.create_draft(studio, actor=actor, now=timezone.now())
    return _save_who(request, open_paper(request, org, row.ref))


def _who_form(studio: Studio, *args: Any, **options: Any) -> WhoForm:
    return WhoForm(*args, performers=roster.choices(studio), productions=asked.productions(studio), **options)


def _save_who(request: HttpRequest, paper: Paper) -> HttpResponse:
    form = _who_form(paper.studio, request.POST)
    valid = form.is_valid()
    paper.keep(kept(form))
    if valid:
        try:
            _choose(request, paper, form)
        except Refused as refusal:
            by_reference = refusal.code in ("UNKNOWN_PERFORMER", "STUDIO_NOT_VERIFIED")
            form.add_error("reference" if by_reference else "title", words.refusal(refusal.code, refusal.values))
        else:
            return _to(paper, "what")
    return _show_step(request, paper, "who", form, ask=False, status=UNPROCESSABLE)


def _choose(request: HttpRequest, paper: Paper, form: WhoForm) -> None:
    """Meet whom the reference names, make the project that is new, and put both on the draft. Raises Refused."""
    said, org = form.cleaned_data, paper.studio.slug
    performer: Performer
    if said["reference"]:
        met = people.introduce(paper.studio, said["reference"], actor=paper.actor, now=paper.now)
        performer = met.performer
    else:
        performer, _actor = by_session.studio_performer(visitor(request), org, said["performer"])
    production: Production
    if said["production"] == NEW:
        fields = {
            name: said[name] for name in ("title", "kind", "agreement", "synopsis", "photography_on") if said[name]
        }
        production = productions.create(paper.studio, actor=paper.actor, now=paper.now, **fields)
    else:
        production, _actor = by_session.studio_production(visitor(request), org, said["production"])
    paper.keep(
        {"who": {"performer": performer.ref, "production": production.slug}},
        performer=performer,
        production=production,
    )
    paper.row.performer, paper.row.production, paper.performer = performer, production, performer


# --- Every step ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def request_step(request: HttpRequest, org: str, ref: str, step: str) -> HttpResponse:
    """One step. A save keeps what was typed whatever it is; only then is it checked."""
    try:
        paper = open_paper(request, org, ref)
    except NoPaper as closed:
        return _no_paper(request, closed.row)
    if step == "who" and paper.amending:
        return _to(paper, "what")
    if step == "check":
        return _check(request, paper)
    if request.method == "POST" and step == "who":
        return _save_who(request, paper)
    if request.method != "POST":
        return _show_step(request, paper, step, _unbound(paper, step), ask=False)
    form = _bound(paper, step, request)
    valid = form.is_valid()
    paper.keep_step(form)
    if request.POST.get("fix"):
        _fix(request, paper, drafts.terms_so_far(paper.draft))
        return _to(paper, step)
    shown = forecast.forecast(paper, paper.draft, ask=True)
    if not valid:
        return _show_step(request, paper, step, form, ask=True, status=UNPROCESSABLE, shown=shown)
    return _to(paper, step if request.POST.get("go") == "stay" else STEPS[STEPS.index(step) + 1])


@require_POST
def preview(request: HttpRequest, org: str, ref: str, step: str) -> HttpResponse:
    """The pane for what stands in the form now. Nothing is saved."""
    try:
        paper = open_paper(request, org, ref)
    except NoPaper as closed:
        return _no_paper(request, closed.row)
    form = _bound(paper, step, request)
    form.is_valid()
    draft = {**paper.draft, **kept(form)}
    context = _pane(paper, forecast.forecast(paper, draft, ask=True), step)
    return render(request, "studio/_forecast_swap.html", context)


def _options(paper: Paper, step: str) -> dict[str, Any]:
    if FORMS[step] is not WhatForm:
        return {}
    chosen = list((paper.draft.get("what") or {}).get("source_media") or [])
    listed = asked.listed_media(paper.performer) if paper.performer else []
    return {"listed": media_choices(listed, chosen)}


def media_choices(listed: list[Any], chosen: list[str]) -> list[tuple[str, str]]:
    """Captions with kinds. What was chosen before and is no longer listed stays choosable, so that it can be taken off."""
    found = [
        (item.ref, f"{item.caption or _('Without a caption')} ({words.label_of('MediaKind', item.kind)})")
        for item in listed
    ]
    known = {ref for ref, _label in found}
    return found + [(ref, _("%(ref)s, no longer listed") % {"ref": ref}) for ref in chosen if ref not in known]


def _bound(paper: Paper, step: str, request: HttpRequest) -> StepForm:
    return FORMS[step](request.POST, **_options(paper, step))


def _unbound(paper: Paper, step: str) -> StepForm:
    if step == "who":
        return _who_form(paper.studio, initial=WhoForm.initial_of(paper.draft))
    return FORMS[step](initial=FORMS[step].initial_of(paper.draft), **_options(paper, step))


def _fix(request: HttpRequest, paper: Paper, terms: Terms | None) -> None:
    """Bring one term inside the limit that the performer publishes, wherever in the steps it stands."""
    if terms is None:
        return
    try:
        verdict = forecast.verdict_on(paper, terms, ask=True)
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
        return
    wanted = [found for found in (verdict.findings if verdict else ()) if found.dimension == request.POST["fix"]]
    mended = fitting.fitted(terms, wanted)
    if mended == terms:
        messages.info(request, _("There is nothing to mend here any more."))
        return
    _keep_mended(paper, mended)
    forecast.forecast(paper, paper.draft, ask=True)


def _keep_mended(paper: Paper, mended: Terms) -> None:
    """The mended terms as a draft; what was not said before is not said by mending something else."""
    draft = drafts.from_terms(mended)
    if drafts.unsaid(paper.draft):
        draft["afterwards"]["retention_days"] = None
    paper.keep(draft)


# --- Check and send --------------------------------------------------------------------------------------------------


def _check(request: HttpRequest, paper: Paper) -> HttpResponse:
    form_class = AmendForm if paper.amending else SendForm
    terms = drafts.terms_so_far(paper.draft)
    if request.method != "POST":
        form = form_class(initial={"revision": paper.row.revision} if paper.amending else {})
        return _show_check(request, paper, form, terms)
    if request.POST.get("fix"):
        _fix(request, paper, terms)
        return _to(paper, "check")
    form = form_class(request.POST)
    if request.POST.get("go") == "stay":
        forecast.forecast(paper, paper.draft, ask=True)
        return _to(paper, "check")
    unsendable = _unsendable(paper, terms)
    if form.is_valid() and terms is not None and not unsendable:
        try:
            return _send(request, paper, form, terms)
        except Stale as stale:
            messages.warning(request, words.refusal(stale.code, stale.values))
            return redirect("studio:request", org=paper.studio.slug, ref=paper.row.ref)
        except Overtaken:
            return not_now(request, paper.row)
        except Refused as refusal:
            field = "days" if refusal.code.startswith("DEADLINE_") and "days" in form.fields else None
            form.add_error(field, words.refusal(refusal.code, refusal.values))
    for sentence in unsendable:
        form.add_error(None, sentence)
    return _show_check(request, paper, form, terms, status=UNPROCESSABLE)


def _unsendable(paper: Paper, terms: Terms | None) -> list[Any]:
    if terms is None:
        nothing = _("There is nothing to send yet. Say first what you want to make.")
        return [words.problem(found) for found in drafts.contradictions(paper.draft)] or [nothing]
    return [RETENTION_UNSAID] if drafts.unsaid(paper.draft) else []


def _send(request: HttpRequest, paper: Paper, form: Any, terms: Terms) -> HttpResponse:
    given, row = form.cleaned_data, paper.row
    if paper.amending:
        row = use_requests.amend(
            row, terms, note=given["note"], revision=given["revision"], actor=paper.actor, now=paper.now
        )
        said = _("Sent as revision %(number)d. Links to the old terms no longer work.") % {"number": row.revision}
    else:
        zone = row.performer.time_zone if row.performer else "UTC"
        until = reply_by(paper.now, given["days"], zone)
        row = use_requests.submit(row, terms, deadline_at=until, actor=paper.actor, now=paper.now)
        said = _("Sent.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("studio:request", args=[paper.studio.slug, row.ref]), status=SEE_OTHER)


def reply_by(now: datetime, days: int, zone: str) -> datetime:
    """The end of the last of so many days in the performer's time zone, never beyond the longest window."""
    where = ZoneInfo(zone)
    last = now.astimezone(where).date() + timedelta(days=days)
    end = datetime.combine(last + timedelta(days=1), time.min, where)
    return end if end - now <= lifecycle.MAX_WINDOW else datetime.combine(last, time.min, where)


def _show_check(
    request: HttpRequest, paper: Paper, form: Any, terms: Terms | None, *, status: int = 200
) -> HttpResponse:
    shown = forecast.forecast(paper, paper.draft, ask=request.method == "POST")
    stops = list(specificity.sendable(terms)) if terms else []
    if terms and drafts.unsaid(paper.draft):
        stops.append(f"MISSING_{Dimension.RETENTION}")
    media = asked.listed_media(paper.performer) if paper.performer else []
    named = [item for item in media if terms and item.ref in terms.description.source_media]
    context = _page(paper, "check") | _pane(paper, shown, "check")
    context |= {
        "form": form,
        "groups": summary.groups(paper, terms, named) if terms else [],
        "stops": words.refusal("NOT_SPECIFIC", {"missing": stops}) if stops else "",
        "unread": [step for step in _steps("check", paper, paper.studio)["steps"] if step["unread"]],
        "digest": terms.digest() if terms else "",
    }
    return render(request, "studio/request_check.html", context, status=status)


# --- Parts -----------------------------------------------------------------------------------------------------------


def _to(paper: Paper, step: str) -> HttpResponse:
    url = reverse("studio:request_step", args=[paper.studio.slug, paper.row.ref, step])
    return HttpResponseRedirect(url, status=SEE_OTHER)


def _show_step(
    request: HttpRequest,
    paper: Paper,
    step: str,
    form: StepForm,
    *,
    ask: bool,
    status: int = 200,
    shown: forecast.Forecast | None = None,
) -> HttpResponse:
    shown = shown or forecast.forecast(paper, paper.draft, ask=ask)
    without_optional(form, form.needed)
    context = _page(paper, step) | _pane(paper, shown, step) | {"form": form}
    if step == "what":
        context |= _depiction_hint(form)
    return render(request, "studio/request_step.html", context, status=status)


def _depiction_hint(form: StepForm) -> dict[str, str]:
    """The description becomes part of a sentence: label and example follow the first use that is ticked."""
    ticked = [use for use in Use if use.value in (form["uses"].value() or [])]
    label, example = words.depiction_hint(ticked[0] if ticked else Use.AGE_CHANGE)
    return {"depiction_label": label if ticked else "", "depiction_example": example}


def _page(paper: Paper, step: str) -> dict[str, Any]:
    return room.context(paper.studio, paper.actor, "board") | _steps(step, paper, paper.studio)


def _pane(paper: Paper, shown: forecast.Forecast, step: str) -> dict[str, Any]:
    return {
        "shown": shown,
        "nudges": shown.nudges,
        "dimensions": NUDGED.get(step, ()),
        "name": paper.performer.short_name if paper.performer else "",
        "step": step,
    }


NUDGED = {
    "what": (Dimension.MODALITY, Dimension.SENSITIVITY),
    "where": (Dimension.TERRITORY, Dimension.CHANNEL, Dimension.LANGUAGE, Dimension.TERM),
    "offer": (Dimension.FEE, Dimension.CAPS, Dimension.EXCLUSIVITY),
    "afterwards": (Dimension.RETENTION, Dimension.TRAINING),
}
"""Which terms a step's fields can mend; the quick fix stands beside the field and in the pane."""


def _steps(step: str, paper: Paper | None, studio: Studio) -> dict[str, Any]:
    known = titles()
    shown = [name for name in STEPS if not (paper and paper.amending and name == "who")]
    at = shown.index(step)

    def address(name: str) -> str:
        if paper is None:
            return ""
        return reverse("studio:request_step", args=[studio.slug, paper.row.ref, name])

    draft = paper.draft if paper else {}
    return {
        "paper": paper,
        "step": step,
        "step_template": f"studio/steps/{step}.html",
        "title": known[step],
        "number": at + 1,
        "of": len(shown),
        "action": address(step) or reverse("studio:request_new", args=[studio.slug]),
        "preview_url": f"{address(step)}preview/" if paper and step in FORMS else "",
        "back": address(shown[at - 1]) if at else "",
        "next_title": known[shown[at + 1]] if at + 1 < len(shown) else "",
        "steps": [
            {
                "title": known[name],
                "url": address(name),
                "done": bool(draft.get(name)) and not draft.get(typed_key(name)),
                "unread": bool(draft.get(typed_key(name))),
            }
            for name in shown
        ],
    }


def _no_paper(request: HttpRequest, row: UseRequest) -> HttpResponse:
    if row.draft.get(AMENDING) not in (None, row.revision):
        messages.warning(request, _("The terms have changed since you began. Read them, then begin your change again."))
    else:
        messages.info(request, _("To change the terms, begin from this page."))
    return redirect("studio:request", org=row.studio.slug, ref=row.ref)


def not_now(request: HttpRequest, row: UseRequest) -> HttpResponse:
    """Somebody or something came first. Said without what it was: the request's own page says that."""
    sentence = _("This could not be done just now, and nothing was changed. Look at the request again in a while.")
    back = reverse("studio:request", args=[row.studio.slug, row.ref])
    context = {"sentence": sentence, "status": 409, "back": back}
    return render(request, "refused.html", context, status=409)


_PAPER = r"^(?P<org>[-\w]+)/requests/(?P<ref>R-[0-9A-Za-z]+)"

urlpatterns = [
    path("<slug:org>/requests/new/", request_new, name="request_new"),
    re_path(rf"{_PAPER}/(?P<step>{'|'.join(STEPS)})/$", request_step, name="request_step"),
    re_path(rf"{_PAPER}/(?P<step>{'|'.join(FORMS)})/preview/$", preview, name="request_preview"),
]
