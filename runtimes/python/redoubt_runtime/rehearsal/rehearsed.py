"""The function of a rehearsal."""


def handler(event, context):
    return event
