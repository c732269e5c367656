"""The managed Python runtime: takes invocations from the runtime API and hands them to a handler.

Start-up time is part of every cold start, so the modules that are loaded at once use only C and
frozen modules of the interpreter (`_socket`, `_json`, `marshal`, `os`): importing `socket`, `json`,
`logging` and `traceback` instead would take longer than starting the interpreter does.
What only some functions need (`failures`, `logs`) is imported when they need it.
"""
