"""Functions: where their code is, what they are given, how long they may take, what is watched."""

import ast

import pytest
from pydantic import BaseModel

from courier import settings
from courier.control.resources import VISIBILITY_S
from courier.control.sweep import PERIOD_S
from courier.control.webhooks import path_of
from tests.infra.cfn import ALARM, FUNCTION, LAYER, LOG_GROUP, ROOT, Template, name_of, stage_of

STAGES = ("control", "sender", "webhook", "commands", "download", "api")
#: Of `download`: what a function is called after it, which is its handler too.
STEPS = ("request", "probe", "fetch", "deliver", "sweep")
NAMES = (*(stage for stage in STAGES if stage != "download"), *(f"download-{step}" for step in STEPS))
#: Those who look at sites, or say offline which site a link is of.
WITH_MEDIA = ("download-request", "download-probe", "download-fetch")
#: What Powertools reads by itself.
POWERTOOLS = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}


def settings_of(name: str) -> type[BaseModel]:
    """The settings of a function, called after its own part of the name.

    >>> settings_of("download-fetch").__name__
    'FetchSettings'
    """
    found: type[BaseModel] = getattr(settings, f"{name.rpartition('-')[2].capitalize()}Settings")
    return found


def test_there_is_one_function_a_stage_and_five_of_download(template: Template) -> None:
    functions = template.of_type(FUNCTION)

    assert sorted(map(name_of, functions)) == sorted(NAMES)
    for function in functions:
        assert name_of(function).partition("-")[0] == stage_of(function)
        assert function.name == "".join(map(str.capitalize, name_of(function).split("-"))) + "Function"


def test_handler_is_where_the_template_says(template: Template) -> None:
    for function in template.of_type(FUNCTION):
        handler = function.properties.get("Handler", template.body["Globals"]["Function"]["Handler"])
        module, _, name = handler.rpartition(".")
        source = ROOT / "functions" / stage_of(function) / f"{module}.py"

        defined = [node.name for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)]

        assert name in defined, function.name
        assert name == (name_of(function).removeprefix("download-") if stage_of(function) == "download" else "handler")


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_brings_no_packages_of_its_own(stage: str) -> None:
    """All code but the handler is in the layer, so that a deploy changes it in one step."""
    files = {path.name for path in (ROOT / "functions" / stage).rglob("*") if path.suffix != ".pyc" and path.is_file()}

    assert files == {"handler.py"}


def test_functions_run_the_same_python_and_layer_on_the_chosen_processor(template: Template) -> None:
    shared = template.body["Globals"]["Function"]

    assert shared["Runtime"] == "python3.13"
    assert shared["Architectures"] == [{"Ref": "Architecture"}]
    assert shared["Layers"] == [{"Ref": "CoreLayer"}]
    for function in template.of_type(FUNCTION):
        assert not {"Runtime", "Architectures"} & function.properties.keys()


def test_large_layers_are_carried_by_those_alone_who_need_them(template: Template) -> None:
    """Layers of a function come on top of those of all functions."""
    own = {name_of(function): function.properties.get("Layers", []) for function in template.of_type(FUNCTION)}
    media = {name: [{"Ref": "MediaLayer"}] for name in WITH_MEDIA}

    assert {name: layers for name, layers in own.items() if layers} == {"commands": [{"Ref": "AiogramLayer"}]} | media


def test_layers_are_built_for_the_chosen_processor(template: Template) -> None:
    for layer in template.of_type(LAYER):
        assert layer.body["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}, layer.name
        assert layer.properties["CompatibleArchitectures"] == [{"Ref": "Architecture"}], layer.name
        assert layer.properties["CompatibleRuntimes"] == ["python3.13"], layer.name


def test_environment_is_what_the_settings_declare(template: Template) -> None:
    """No variable is missing, and none is given that nobody reads."""
    for function in template.of_type(FUNCTION):
        declared = {name.upper() for name in settings_of(name_of(function)).model_fields}

        assert set(template.environment(function)) == declared | POWERTOOLS, function.name


def test_a_service_is_called_like_its_function(template: Template) -> None:
    for function in template.of_type(FUNCTION):
        assert template.environment(function)["POWERTOOLS_SERVICE_NAME"] == name_of(function)


def test_iam_is_used_only_where_the_cache_is_made_here(template: Template) -> None:
    environments = map(template.environment, template.of_type(FUNCTION))
    with_redis = [environment for environment in environments if "REDIS_URL" in environment]
    assert len(with_redis) == 5
    for environment in with_redis:
        assert environment["REDIS_URL"]["Fn::If"][0] == "MakesRedis"
        assert environment["REDIS_URL"]["Fn::If"][2] == {"Ref": "RedisUrl"}
        assert environment["REDIS_IAM_USER"] == {"Fn::If": ["MakesRedis", {"Ref": "RedisUser"}, ""]}
        assert environment["REDIS_CACHE_NAME"] == {"Fn::If": ["MakesRedis", {"Ref": "RedisCache"}, ""]}


def test_a_killed_sender_is_recovered_from_within_a_minute(template: Template) -> None:
    timeout = template.resource("SenderFunction").properties["Timeout"]

    assert timeout <= 20
    assert timeout <= VISIBILITY_S <= 60


def test_every_log_group_forgets(template: Template) -> None:
    for group in template.of_type(LOG_GROUP):
        assert group.properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}, group.name


def test_every_function_writes_to_a_log_group_of_its_own(template: Template) -> None:
    groups = {group.name: group.properties["LogGroupName"] for group in template.of_type(LOG_GROUP)}

    for function in template.of_type(FUNCTION):
        group = function.properties["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups[group] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name_of(function)}"}


def test_every_function_has_an_alarm_on_its_errors(template: Template) -> None:
    watched = {
        dimension["Value"]["Ref"]
        for alarm in template.of_type(ALARM)
        if (alarm.properties["Namespace"], alarm.properties["MetricName"]) == ("AWS/Lambda", "Errors")
        for dimension in alarm.properties["Dimensions"]
    }

    assert watched == {function.name for function in template.of_type(FUNCTION)}


def test_nothing_is_in_a_vpc(template: Template) -> None:
    """No NAT gateway is paid for: all that is called has a public endpoint."""
    for name, body in template.body["Resources"].items():
        assert not body["Type"].startswith("AWS::EC2::"), name
        assert not {"VpcConfig", "SubnetIds", "SecurityGroupIds"} & body.get("Properties", {}).keys(), name


def test_the_sweep_comes_every_minute_and_one_that_fails_waits_for_the_next(template: Template) -> None:
    control = template.resource("ControlFunction").properties
    schedule = control["Events"]["Sweep"]

    assert (schedule["Type"], schedule["Properties"]["Schedule"]) == ("Schedule", "rate(1 minute)")
    assert PERIOD_S == 60
    assert control["Timeout"] <= PERIOD_S
    assert control["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}


def test_telegram_finds_the_webhook_under_the_url_that_control_tells_it(template: Template) -> None:
    (event,) = template.resource("WebhookFunction").properties["Events"].values()
    route = event["Properties"]

    assert (event["Type"], route["Method"], route["ApiId"]) == ("HttpApi", "POST", {"Ref": "HttpApi"})
    assert route["Path"] == path_of("{bot_id}")
    assert route["PayloadFormatVersion"] == "2.0"
    url = template.environment(template.resource("ControlFunction"))["PUBLIC_URL"]
    assert url == template.body["Outputs"]["ApiUrl"]["Value"]


def test_webhooks_have_a_throttle_of_their_own(template: Template) -> None:
    """A burst of updates must not shut out who sends by HTTP, and there are more of them."""
    api = template.resource("HttpApi").properties
    ((route, settings),) = api["RouteSettings"].items()

    assert route == "POST /telegram/{bot_id}"
    assert settings["ThrottlingRateLimit"] > api["DefaultRouteSettings"]["ThrottlingRateLimit"]
