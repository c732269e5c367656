"""What the runtime itself finds wrong with a function, as opposed to an exception of its code."""


class Fault(Exception):
    """A fault with one of Lambda's `Runtime.…` error types and its wording."""

    def __init__(self, error_type, message, stack_trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.stack_trace = list(stack_trace)
