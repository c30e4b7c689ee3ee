"""What templates need and Django has no tag for."""

from typing import Any

from django import template

from portal.pages.gauge import Gauge, gauge

register = template.Library()


@register.simple_tag
def gauge_of(mark: Any) -> Gauge:
    """The drawing of a mark: `{% gauge_of mark as drawing %}`."""
    bands = [(band.name, band.start) for band in mark.rules.bands]
    return gauge(mark.score, minimum=mark.minimum, maximum=mark.maximum, bands=bands)
