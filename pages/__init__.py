"""What `st.navigation` shows, one file a page."""
