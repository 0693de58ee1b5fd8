"""Tables as HTML: text of a document stays text."""

from __future__ import annotations

from composer.ui.tables import cell, table


def test_cells_are_escaped() -> None:
    assert cell("<b>&\u202e") == "&lt;b&gt;&amp;\\u{202e}"
    assert cell("a", "quiet", 'say "b"') == '<span class="quiet" title="say &quot;b&quot;">a</span>'


def test_a_table_has_a_name_and_heads() -> None:
    made = table('x "y"', ["name", "count"], [[cell("a"), cell("1")]], numbers=(1,))
    assert 'role="region" tabindex="0" aria-label="x &quot;y&quot;"' in made
    assert '<th scope="col">name</th><th scope="col" class="number">count</th>' in made
    assert '<th scope="row">a</th><td class="number">1</td>' in made
