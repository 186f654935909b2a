"""What all pages stand in: navigation, session and link, opened workspaces, jobs."""
