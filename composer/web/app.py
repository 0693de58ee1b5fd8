"""The app's entry script: it draws what all pages share, and runs the page that the URL names.

It has a folder of its own because Streamlit would take a folder `pages` beside it for pages of its own making.
"""

import streamlit as st

from composer.ui import header, state
from composer.ui.files import bundles
from composer.ui.language import _
from composer.web.pages import folder

st.set_page_config(page_title="Block Composer", page_icon=header.ICON, layout="wide")
pages = [
    st.Page(folder() / "compose.py", title=_("Compose"), default=True),
    st.Page(folder() / "layers.py", title=_("Layers")),
    st.Page(folder() / "parameters.py", title=_("Parameters")),
    st.Page(folder() / "initialize.py", title=_("Initialize")),
    st.Page(folder() / "gradients.py", title=_("Gradients")),
    st.Page(folder() / "train.py", title=_("Train")),
    st.Page(folder() / "files.py", title=_("Files")),
    st.Page(folder() / "devices.py", title=_("Devices")),
]
page = st.navigation(pages, position="top")
state.begin(page.url_path)
bundles.opening()
header.show()
page.run()
