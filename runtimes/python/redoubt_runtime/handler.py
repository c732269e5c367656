"""From a handler's name to the function that it names."""

import sys

from redoubt_runtime.faults import Fault


def load(name):
    """Imports the handler's module; raises a `Fault` in Lambda's words, or what the module raises."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error)) from None
    module = _import_without_writing(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = "Handler '%s' missing on module '%s'" % (function_name, module_name)
        raise Fault("Runtime.HandlerNotFound", message) from None


def _import_without_writing(module_name):
    """Code and layers are read-only: to try and write what was compiled would be in vain."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return _import(module_name)
    finally:
        sys.dont_write_bytecode = before


def _import(module_name):
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module %s as a handler module" % module_name
        raise Fault("Runtime.BuiltInModuleConflict", message)
    dotted = module_name.replace("/", ".")
    try:
        # Unlike importlib.import_module, this leaves no frames of its own in a traceback.
        __import__(dotted)
        return sys.modules[dotted]
    except ImportError as error:
        message = "Unable to import module '%s': %s" % (module_name, error)
        raise Fault("Runtime.ImportModuleError", message) from None
    except SyntaxError as error:
        place = '  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)
        message = "Syntax error in module '%s': %s" % (module_name, error)
        raise Fault("Runtime.UserCodeSyntaxError", message, [place]) from None
