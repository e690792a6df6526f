"""What the person at the page or the command line can mend themselves."""


class UserError(ValueError):
    """Its message is one sentence that names the thing, the value and the remedy; it is shown without a traceback."""
