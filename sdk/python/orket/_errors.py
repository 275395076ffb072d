"""What a tool is told when something that it asked for does not happen."""


class CallError(Exception):
    """Why it did not happen. A tool that lets this pass fails for the same reason."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        #: Of the catalogue of errors: ``CallDenied``, ``TimeLimitReached``, ``PathRefused``, ...
        self.reason = reason
