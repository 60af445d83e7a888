"""The preferences: the line, an answer per use, conditions, what waits for a confirm, versions, and the studio's view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.access import by_session
from consent.core import policy
from consent.core.changes import Change, diff
from consent.core.preferences import Conditions, Preferences, Publication, UsePreference
from consent.core.vocabulary import USES_AT, Level, Stance, Use, may_allow
from consent.models import Performer, PreferenceSet, ProposedPreferences
from consent.render import sentence, times, words
from consent.services import preferences as standing
from consent.services.moves import Refused
from consent.services.preferences import Saved
from portal.visitor import visitor
from portal.web import showing
from portal.web.forms.preferences import ConditionsForm

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The whole line. A POST saves every answer on the page (without scripts), or the one that changed (htmx)."""
    performer, actor = by_session.performer(visitor(request))
    if request.method != "POST":
        return render(request, "performer/preferences.html", _page_context(performer, request))
    now = timezone.now()
    shown = standing.shown(performer)
    chosen = _stances(request.POST, shown)
    try:
        saved = standing.save(performer, replace(shown, uses=chosen), base=_base(request), actor=actor, now=now)
    except Refused as refusal:
        return _moved_on(request, refusal)
    if request.headers.get("HX-Request") and len(set(request.POST) & set(Use)) == 1:
        use = next(use for use in Use if use.value in request.POST)
        return _row_answer(request, performer, use, saved)
    _tell(request, saved)
    return redirect("performer:preferences")


def _stances(posted: Mapping[str, str], shown: Preferences) -> dict[Use, UsePreference]:
    """The answers posted over those shown; an answer that is not offered is left as it was."""
    uses = dict(shown.uses)
    for use in Use:
        said = posted.get(use.value)
        if said in set(Stance) and (said != Stance.ALLOW or may_allow(use)):
            before = uses.get(use) or UsePreference(stance=Stance.NEVER)
            uses[use] = replace(before, stance=Stance(said))
    return uses


def _base(request: HttpRequest) -> int | None:
    number = request.POST.get("base", "")
    return int(number) if number.isdecimal() and len(number) < 9 else None


def _page_context(performer: Performer, request: HttpRequest) -> dict[str, Any]:
    current = standing.current(performer)
    shown = standing.shown(performer)
    waiting = diff(current.value, shown)
    undoable = request.session.get("preferences_saved")
    return {
        "nav": "preferences",
        "room": performer,
        "current": current,
        "bands": showing.bands(current.value),
        "sections": [_band(level, uses, current, shown) for level, uses in USES_AT.items()],
        "defaults": [(words.label(dimension), said) for dimension, said in sentence.conditions(shown)],
        "waiting": waiting,
        "saved": request.session.pop("preferences_saved", None) if undoable else None,
        "auto_approve": shown.auto_approve,
    }


def _band(level: Level, uses: tuple[Use, ...], current: PreferenceSet, shown: Preferences) -> dict[str, Any]:
    return {
        "level": level.value,
        "label": words.band(level),
        "meaning": words.band_meaning(level),
        "uses": [_use_row(use, current, shown) for use in uses],
    }


def _use_row(use: Use, current: PreferenceSet, shown: Preferences) -> dict[str, Any]:
    in_force, wanted = current.value.stance(use), shown.stance(use)
    return {
        "code": use.value,
        "label": words.label(use),
        "meaning": words.meaning(use),
        "value": wanted.value,
        "allow": may_allow(use),
        "narrowed": sentence.narrowed(shown, use),
        "waits": wanted is not in_force,
        "in_force": words.label(in_force),
        "sentence": showing.parts(sentence.preference(shown, use)),
        "url": reverse("performer:preference", args=[use.value]),
    }


def _row_answer(request: HttpRequest, performer: Performer, use: Use, saved: Saved) -> HttpResponse:
    """The one row that changed, the line, and the undo bar, swapped in place."""
    current, shown = standing.current(performer), standing.shown(performer)
    context = {
        "row": _use_row(use, current, shown),
        "bands": showing.bands(current.value),
        "current": current,
        "saved": _saved_words(saved),
        "waiting": diff(current.value, shown),
        "live": True,
    }
    return render(request, "performer/_preference_saved.html", context)


def _saved_words(saved: Saved) -> dict[str, Any]:
    """What was just set, in a sentence; ``number`` can be undone for half a minute."""
    lines = sentence.what_changed(saved.changes)
    return {
        "strong": " ".join(lines[:3]) or _("Nothing changed."),
        "text": _("Looser answers wait for you to confirm.") if saved.queued else _("Tighter answers start at once."),
        "number": saved.in_force.number if saved.in_force else None,
    }


def _tell(request: HttpRequest, saved: Saved) -> None:
    if saved.changes:
        request.session["preferences_saved"] = _saved_words(saved)
    else:
        messages.info(request, _("Nothing changed."))


def _moved_on(request: HttpRequest, refusal: Refused) -> HttpResponse:
    sentence_ = words.refusal(refusal.code, refusal.values)
    context = {"sentence": sentence_, "back": reverse("performer:preferences")}
    return render(request, "refused.html", context, status=409)


@require_POST
def set_band(request: HttpRequest, level: str) -> HttpResponse:
    """Set a whole band to Ask me or Never; Allow is given use by use."""
    performer, actor = by_session.performer(visitor(request))
    wanted = request.POST.get("stance", "")
    if level not in set(Level) or wanted not in (Stance.ASK, Stance.NEVER):
        raise Http404
    shown = standing.shown(performer)
    posted = {use.value: wanted for use in USES_AT[Level(level)]}
    saved = standing.save(performer, replace(shown, uses=_stances(posted, shown)), actor=actor, now=timezone.now())
    _tell(request, saved)
    return redirect("performer:preferences")


@require_http_methods(["GET", "HEAD", "POST"])
def one_use(request: HttpRequest, use: str) -> HttpResponse:
    """The conditions of one use."""
    performer, actor = by_session.performer(visitor(request))
    if use not in set(Use):
        raise Http404
    code = Use(use)
    current, shown = standing.current(performer), standing.shown(performer)
    before = shown.uses.get(code) or UsePreference(stance=Stance.NEVER)
    if "as_defaults" in request.POST:
        after = replace(before, overrides=Conditions())
        return _save(request, performer, replace(shown, uses={**shown.uses, code: after}), actor)
    form = ConditionsForm(request.POST if request.method == "POST" else None, standing=shown.effective(code))
    if request.method == "POST" and form.is_valid():
        stance = _stances(request.POST, shown)[code].stance if request.POST.get(code.value) else before.stance
        after = UsePreference(
            stance=stance, overrides=form.overrides(shown.defaults), tell_each_time="tell_each_time" in request.POST
        )
        return _save(request, performer, replace(shown, uses={**shown.uses, code: after}), actor)
    context = {
        "nav": "preferences",
        "form": form,
        "row": _use_row(code, current, shown),
        "current": current,
        "own": before.overrides != Conditions(),
        "tell_each_time": before.tell_each_time,
    }
    return render(request, "performer/preference.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: HttpRequest) -> HttpResponse:
    """The conditions for everything, whether a yes may come by itself, and what studios are shown."""
    performer, actor = by_session.performer(visitor(request))
    current, shown = standing.current(performer), standing.shown(performer)
    form = ConditionsForm(request.POST if request.method == "POST" else None, standing=shown.defaults)
    if request.method == "POST" and form.is_valid():
        ticked = request.POST
        published = Publication(
            line="publish_line" in ticked, conditions="publish_conditions" in ticked, floors="publish_floors" in ticked
        )
        after = replace(
            shown, defaults=form.to_conditions(), auto_approve="auto_approve" in ticked, publication=published
        )
        return _save(request, performer, after, actor)
    context = {"nav": "preferences", "form": form, "current": current, "shown": shown}
    return render(request, "performer/preferences_everything.html", context, status=422 if form.is_bound else 200)


def _save(request: HttpRequest, performer: Performer, new: Preferences, actor: Any) -> HttpResponse:
    try:
        saved = standing.save(performer, new, base=_base(request), actor=actor, now=timezone.now())
    except Refused as refusal:
        return _moved_on(request, refusal)
    _tell(request, saved)
    return HttpResponseRedirect(reverse("performer:preferences"), status=SEE_OTHER)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    performer, actor = by_session.performer(visitor(request))
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > 8:
        raise Http404
    try:
        standing.undo(performer, int(number), actor=actor, now=timezone.now())
        messages.success(request, _("Undone. Your answers are as they were."))
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
    return redirect("performer:preferences")


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Looser answers wait here until the performer puts them in force, or lets them go."""
    performer, actor = by_session.performer(visitor(request))
    if request.method == "POST":
        return _confirm(request, performer, actor, timezone.now())
    current = standing.current(performer)
    waiting = ProposedPreferences.objects.filter(performer=performer).first()
    changes = diff(current.value, waiting.value) if waiting else ()
    context = {"nav": "preferences", "current": current, "lines": sentence.what_changed(changes)}
    return render(request, "performer/preferences_confirm.html", context)


def _confirm(request: HttpRequest, performer: Performer, actor: Any, now: datetime) -> HttpResponse:
    if "discard" in request.POST:
        standing.discard_looser(performer, actor=actor, now=now)
        messages.success(request, _("Let go. Your answers stay as they are."))
        return redirect("performer:preferences")
    try:
        made = standing.confirm_looser(performer, base=_base(request), actor=actor, now=now)
        messages.success(request, _("In force now, as version %(number)d.") % {"number": made.number})
    except Refused as refusal:
        messages.warning(request, words.refusal(refusal.code, refusal.values))
    return redirect("performer:preferences")


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    performer, _actor = by_session.performer(visitor(request))
    rows = PreferenceSet.objects.filter(performer=performer).order_by("-number").defer("document", "compiled")
    listed = [_version_row(row, performer) for row in rows[:200]]
    return render(request, "performer/preferences_versions.html", {"nav": "preferences", "rows": listed})


def _version_row(row: PreferenceSet, performer: Performer) -> dict[str, Any]:
    return {
        "number": row.number,
        "current": row.current,
        "when": times.moment(row.created_at, performer.time_zone),
        "author": row.author_name,
        "restored_from": row.restored_from,
        "lines": sentence.what_changed([Change.from_data(change) for change in row.changes])[:8],
        "url": reverse("performer:preferences_version", args=[row.number]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version as it stood; a POST brings it back by the usual rule."""
    performer, actor = by_session.performer(visitor(request))
    row = PreferenceSet.objects.filter(performer=performer, number=number).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        saved = standing.restore(performer, number, actor=actor, now=timezone.now())
        _tell(request, saved)
        return redirect("performer:preferences")
    context = {
        "nav": "preferences",
        "version": _version_row(row, performer),
        **_read_only(row.value),
        "digest": row.digest,
    }
    return render(request, "performer/preferences_version.html", context)


@require_safe
def as_studio(request: HttpRequest) -> HttpResponse:
    """Exactly what a studio that may see the performer is shown."""
    performer, _actor = by_session.performer(visitor(request))
    published = policy.published_view(standing.current(performer).value)
    context = {
        "nav": "preferences",
        "room": performer,
        **_read_only(published, reader="studio", name=performer.short_name),
    }
    context["publication"] = standing.current(performer).value.publication
    return render(request, "performer/preferences_as_studio.html", context)


def _read_only(preferences: Preferences, *, reader: str = "performer", name: str = "") -> dict[str, Any]:
    sections = [
        {
            "label": words.band(level),
            "uses": [
                {
                    "label": words.label(use),
                    "stance": preferences.stance(use).value,
                    "parts": showing.parts(sentence.preference(preferences, use, reader=reader, performer=name)),
                }
                for use in uses
            ],
        }
        for level, uses in USES_AT.items()
    ]
    return {"bands": showing.bands(preferences), "sections": sections}


urlpatterns = [
    path("preferences/", page, name="preferences"),
    path("preferences/everything/", everything, name="preferences_everything"),
    path("preferences/confirm/", confirm, name="preferences_confirm"),
    path("preferences/undo/", undo, name="preferences_undo"),
    path("preferences/versions/", versions, name="preferences_versions"),
    path("preferences/versions/<int:number>/", version, name="preferences_version"),
    path("preferences/as-studio/", as_studio, name="preferences_as_studio"),
    path("preferences/band/<str:level>/", set_band, name="preferences_band"),
    path("preferences/<str:use>/", one_use, name="preference"),
]
