"""Small things drawn on several pages; they know no session."""
