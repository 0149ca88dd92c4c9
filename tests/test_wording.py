"""What both faces say in the same words."""

import pytest

from phitui.wording import page_name, pages_name


@pytest.mark.parametrize(
    ("page", "label", "name"),
    [(3, None, "p. 3"), (3, "3", "p. 3"), (6, "iv", "p. iv (6)")],
)
def test_a_page_has_its_label_and_its_number_where_they_differ(page, label, name):
    assert page_name(page, label) == name


def test_so_have_neighbouring_pages():
    assert pages_name(3, 5, ("iii", "v")) == "pp. iii-v (3-5)"
    assert pages_name(3, 5, (None, None)) == pages_name(3, 5, ("3", "5")) == "pp. 3-5"
    assert pages_name(3, 3, ("iii", "iii")) == "p. iii (3)"
