"""SIGKILL at random moments, under load, and a look at the host after each; see __main__.py."""
