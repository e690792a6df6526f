"""The command line, `python -m core`: parser, local commands, commands that talk to the Hub."""
