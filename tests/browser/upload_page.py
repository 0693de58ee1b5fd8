"""A page with nothing but a place to upload files to, and the names of those that came."""

import streamlit as st

from composer.ui.uploading import uploader


def note(name: str) -> None:
    st.session_state.setdefault("received", []).append(name)


uploader("upload", note)
st.write("Received:", ", ".join(st.session_state.get("received", [])) or "nothing")
