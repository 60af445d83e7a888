"""Small filters that pages need beside the parts of ``sayso``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from consent.render import times

register = template.Library()

WAVE_BARS = 120


@register.filter
def is_value(value: object, wanted: str) -> bool:
    """``{{ form.choice.value|is_value:"decline" }}``: is this the option that the form holds?"""
    return str(value) == wanted


@register.filter
def day(value: date | datetime) -> str:
    """``{{ entry.at|day }}``: the day as every other date of the site is written, in the reader's zone and language."""
    return times.day(timezone.localtime(value).date() if isinstance(value, datetime) else value)


@register.filter
def at(found: Mapping[str, object], key: str) -> object:
    """``{{ nudges|at:"TERM" }}``: the entry of a mapping, None where there is none."""
    return found.get(str(key))


@register.simple_tag
def wave(peaks: list[int]) -> SafeString:
    """The loudness of a recording as bars (0 to 255 each); decoration, for the length stands beside it."""
    step = max(1, len(peaks) // WAVE_BARS)
    bars = [max(peaks[at : at + step]) for at in range(0, len(peaks), step)][:WAVE_BARS]
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="2" height="{}"/>',
        ((number * 4, 20 - (bar * 19 // 255 or 1), (bar * 19 // 255 or 1) * 2) for number, bar in enumerate(bars)),
    )
    width = WAVE_BARS * 4
    return format_html(
        '<svg class="wave" viewBox="0 0 {} 40" preserveAspectRatio="none" aria-hidden="true">{}</svg>', width, drawn
    )
