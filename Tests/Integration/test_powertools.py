"""Powertools for AWS Lambda (PyPI), unmodified: what a function that is written with it needs of the platform."""

import json

import pytest
from harness.packages import installed_package

# Without botocore, which the runtime brings.
REQUIREMENTS = ["aws-lambda-powertools[parser,tracer]==3.37.0"]
APP = """
    import os
    from aws_lambda_powertools import Logger, Metrics, Tracer
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.metrics import MetricUnit
    from aws_lambda_powertools.utilities.parser import BaseModel, ValidationError, event_parser, parse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    logger, metrics, tracer, app = Logger(), Metrics(), Tracer(), APIGatewayRestResolver()

    class Order(BaseModel):
        id: int
        item: str

    @app.get("/hello/<name>")
    def hello(name):
        return {"message": f"hello {name}", "query": app.current_event.get_query_string_value("q")}

    @logger.inject_lambda_context(clear_state=True)
    def log(event, context: LambdaContext):
        logger.append_keys(order=event["order"])
        logger.info("taken", extra={"extra": 1})
        try:
            raise ValueError("boom")
        except ValueError:
            logger.exception("failed")
        return context.function_name

    @metrics.log_metrics(capture_cold_start_metric=True)
    def count(event, context):
        metrics.add_metric(name="Orders", unit=MetricUnit.Count, value=event["count"])
        metrics.add_dimension(name="shop", value="north")

    @tracer.capture_lambda_handler
    def trace(event, context):
        @tracer.capture_method
        def inner(value):
            tracer.put_annotation(key="value", value=value)
            return value + 1
        return inner(event["value"])

    @event_parser(model=Order)
    def take(event: Order, context):
        return {"id": event.id + 1, "item": event.item}

    def check(event, context):
        try:
            return parse(event=event, model=Order).id
        except ValidationError as error:
            return error.error_count()

    @logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
    def route(event, context):
        return app.resolve(event, context)
"""
REST_EVENT = {
    "resource": "/{proxy+}", "path": "/hello/ada", "httpMethod": "GET", "headers": {"Accept": "*/*"},
    "multiValueHeaders": {"Accept": ["*/*"]}, "queryStringParameters": {"q": "x"},
    "multiValueQueryStringParameters": {"q": ["x"]}, "pathParameters": {"proxy": "hello/ada"}, "stageVariables": None,
    "requestContext": {"requestId": "r-1", "stage": "test", "path": "/hello/ada", "httpMethod": "GET"}, "body": None,
    "isBase64Encoded": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def package():
    return installed_package(APP, REQUIREMENTS, without=["botocore"])


@pytest.fixture(scope="module")
def run(package, deploy, invoke):
    """Calls one of the handlers; each is a function of its own."""
    names = {}

    def call(handler, event, **environment):
        key = (handler, *environment.items())
        if key not in names:
            variables = {"POWERTOOLS_SERVICE_NAME": "shop", "POWERTOOLS_METRICS_NAMESPACE": "north", **environment}
            names[key] = deploy(
                package, Handler=f"app.{handler}", environment=variables, Timeout=30, MemorySize=512
            )
        answer = invoke(names[key], event, tail=True)
        assert answer.error is None, answer
        return names[key], answer

    return call


def records(log):
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def test_the_logger_knows_the_function_and_the_request(run):
    name, answer = run("log", {"order": 7})
    assert answer.json == name
    taken, failed = records(answer.log)
    assert (taken["level"], taken["message"], taken["service"]) == ("INFO", "taken", "shop")
    assert (taken["order"], taken["extra"], taken["cold_start"]) == (7, 1, True)
    assert taken["function_request_id"] == answer.request_id
    assert (taken["function_name"], taken["function_memory_size"]) == (name, "512")
    assert taken["function_arn"].endswith(f":function:{name}")
    assert (failed["level"], failed["exception_name"]) == ("ERROR", "ValueError")
    assert records(run("log", {"order": 8})[1].log)[0]["cold_start"] is False


def test_metrics_are_printed_whole(run):
    _, answer = run("count", {"count": 3})
    counted = [record for record in records(answer.log) if "Orders" in record]
    assert len(counted) == 1 and counted[0]["Orders"] == [3.0] and counted[0]["shop"] == "north"
    assert counted[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "north"
    assert any("ColdStart" in record for record in records(answer.log))


@pytest.mark.parametrize("disabled", ["true", "false"])
def test_the_tracer_does_no_harm_without_a_collector(run, disabled):
    _, answer = run("trace", {"value": 1}, POWERTOOLS_TRACE_DISABLED=disabled)
    assert answer.json == 2


def test_events_are_parsed_into_models(run):
    assert run("take", {"id": 1, "item": "tea"})[1].json == {"id": 2, "item": "tea"}
    assert run("check", {"id": "no number"})[1].json == 2


def test_an_http_event_is_routed(run):
    _, answer = run("route", REST_EVENT)
    assert answer.json["statusCode"] == 200
    assert json.loads(answer.json["body"]) == {"message": "hello ada", "query": "x"}
    _, missing = run("route", {**REST_EVENT, "path": "/nothing"})
    assert missing.json["statusCode"] == 404
