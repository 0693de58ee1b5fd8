"""A page with a panel that redraws itself for as long as nobody has drawn the page a second time."""

import streamlit as st

from composer.ui.jobs import clicked, drawn_while


def panel(busy: bool) -> None:
    st.button("Act", key="act", on_click=lambda: st.session_state.update(acted=True))
    if clicked("Ask", "ask"):
        st.session_state["asked"] = True
    heard = [name for name in ("acted", "asked") if name in st.session_state]
    st.text(" ".join([f"{st.session_state['runs']}:", "busy" if busy else "idle", *heard]))


st.session_state["runs"] = st.session_state.get("runs", 0) + 1
drawn_while(st.session_state["runs"] == 1, panel)
