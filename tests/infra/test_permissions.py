"""Least privilege. The emulator enforces none of it, so that only these tests stand between the template and AWS."""

from typing import Any

from courier.state.bots import KIND_INDEX
from tests.infra.cfn import FUNCTION, MACHINE, ROLE, Statement, Template

#: Where AWS knows no resource for an action: the statement, and whether a condition narrows it.
UNNAMED_RESOURCES = {
    "ControlRole.MakeMappings": True,
    "ControlRole.ListMappings": False,
    "DownloadMachineRole.WriteLogs": False,
}
#: Resources whose ids are AWS's own: a condition must narrow the statement.
UNPREFIXED = "event-source-mapping:*"
#: What Lambda does with a queue in the name of the function's role.
CONSUMES = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}

BOT_QUEUES = "${AWS::StackName}-bot-*"
#: What downloads are kept under. Nothing else is in the bucket, and nothing else may be written there.
FILES = {f"${{MediaBucket.Arn}}/{prefix}/*" for prefix in ("video", "audio", "thumb")}
DOWNLOAD = ("Request", "Probe", "Fetch", "Deliver", "Sweep")


def allowed(template: Template, role: str) -> dict[str, set[str]]:
    """Actions by the resource that they are allowed on."""
    found: dict[str, set[str]] = {}
    for statement in template.statements():
        if statement.owner == role:
            for resource in statement.resources:
                found.setdefault(named(resource), set()).update(statement.actions)
    return found


def named(resource: Any) -> str:
    """A resource in short: its logical id, or the last part of its ARN."""
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = str(resource["Fn::Sub"])
    return text if text in FILES else text.rpartition("${AWS::AccountId}:")[2]


def test_all_statements_are_named_and_allow(template: Template) -> None:
    names = [statement.name for statement in template.statements()]

    assert len(names) == len(set(names))
    assert all(statement.body["Effect"] == "Allow" for statement in template.statements())


def test_no_action_has_a_wildcard(template: Template) -> None:
    for statement in template.statements():
        for action in statement.actions:
            assert "*" not in action, statement.name


def test_no_statement_is_for_everything_but_those_that_aws_knows_no_resource_for(template: Template) -> None:
    unnamed = {
        statement.name: "Condition" in statement.body
        for statement in template.statements()
        if "*" in statement.resources
    }

    assert unnamed == UNNAMED_RESOURCES


def test_resources_are_this_stacks(template: Template) -> None:
    """A reference to a resource of the template, or an ARN with the stack's name before its wildcard."""
    for statement in template.statements():
        for resource in statement.resources:
            if resource == "*" or "Fn::GetAtt" in resource or resource["Fn::Sub"] in FILES:
                continue
            assert is_this_stacks(statement, resource["Fn::Sub"]), f"{statement.name}: {resource}"


def is_this_stacks(statement: Statement, arn: str) -> bool:
    account, region = "${AWS::AccountId}", "${AWS::Region}"
    if arn.endswith(UNPREFIXED):
        return "Condition" in statement.body
    return account in arn and region in arn and "${AWS::StackName}" in arn.partition("*")[0]


def test_mappings_are_made_and_changed_for_the_sender_only(template: Template) -> None:
    for statement in template.statements():
        if any("EventSourceMapping" in action for action in statement.actions):
            if statement.actions == ["lambda:ListEventSourceMappings"]:
                continue
            assert statement.body["Condition"] == {
                "ArnEquals": {"lambda:FunctionArn": {"Fn::GetAtt": ["SenderFunction", "Arn"]}}
            }


def test_every_function_has_a_role_of_its_own_and_no_managed_policy(template: Template) -> None:
    """SAM's own roles carry managed policies, which let a queue's consumer read every queue of the account."""
    takers = {FUNCTION: "lambda", MACHINE: "states"}
    service = {
        taker.properties["Role"]["Fn::GetAtt"][0]: name
        for kind, name in takers.items()
        for taker in template.of_type(kind)
    }

    assert len(service) == len(template.of_type(FUNCTION)) + len(template.of_type(MACHINE))
    assert sorted(service) == sorted(role.name for role in template.of_type(ROLE))
    for role in template.of_type(ROLE):
        assert "ManagedPolicyArns" not in role.properties
        (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": f"{service[role.name]}.amazonaws.com"}
    for function in template.of_type(FUNCTION):
        assert "Policies" not in function.properties


def test_every_function_writes_its_own_log_and_no_other(template: Template) -> None:
    for function in template.of_type(FUNCTION):
        stage = function.name.removesuffix("Function")
        may = allowed(template, f"{stage}Role")

        log_groups = {resource for resource, actions in may.items() if "logs:PutLogEvents" in actions}

        assert log_groups == {f"{stage}LogGroup"}


def test_consumers_may_consume(template: Template) -> None:
    assert allowed(template, "ControlRole")["ControlQueue"] >= CONSUMES
    assert allowed(template, "SenderRole")[f"{BOT_QUEUES}.fifo"] >= CONSUMES
    assert allowed(template, "CommandsRole")["UpdatesQueue"] >= CONSUMES
    assert allowed(template, "DownloadRequestRole")["MediaQueue"] >= CONSUMES


def test_those_who_give_up_may_write_dead_letters_and_none_may_read_them(template: Template) -> None:
    assert allowed(template, "ControlRole")["DeadQueue"] == {"sqs:SendMessage"}
    assert allowed(template, "SenderRole")["DeadQueue"] == {"sqs:SendMessage"}
    counts = {"sqs:GetQueueUrl", "sqs:GetQueueAttributes"}
    assert allowed(template, "CommandsRole")["DeadQueue"] == {"sqs:SendMessage"} | counts
    assert "DeadQueue" not in allowed(template, "ApiRole")


def test_events_are_told_by_those_who_have_some(template: Template) -> None:
    for role in ("ControlRole", "SenderRole"):
        assert allowed(template, role)["EventBus"] == {"events:PutEvents"}


def test_the_sender_writes_to_no_queue_that_it_reads(template: Template) -> None:
    """Lambda stops a function that feeds itself."""
    may = allowed(template, "SenderRole")

    assert "sqs:SendMessage" not in may[f"{BOT_QUEUES}.fifo"]
    assert may[f"{BOT_QUEUES}-logs"] == {"sqs:SendMessage", "sqs:GetQueueUrl"}


def test_only_control_writes_tokens(template: Template) -> None:
    tokens = "parameter/${AWS::StackName}/bots/*"

    assert allowed(template, "ControlRole")[tokens] == {"ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"}
    assert allowed(template, "SenderRole")[tokens] == {"ssm:GetParameter"}
    assert tokens not in allowed(template, "ApiRole")


def test_only_what_is_over_may_be_deleted(template: Template) -> None:
    """What a removed bot had, a ruling that was lifted, a message that was dealt with.

    No stack's queue, no dead letter, no log.
    """
    deleting = {
        (statement.owner, action, named(resource))
        for statement in template.statements()
        for action in statement.actions
        for resource in statement.resources
        if "Delete" in action or "Purge" in action
    }

    assert deleting == {
        ("ControlRole", "sqs:DeleteMessage", "ControlQueue"),
        ("CommandsRole", "sqs:DeleteMessage", "UpdatesQueue"),
        ("CommandsRole", "dynamodb:DeleteItem", "StateTable"),
        ("DownloadRequestRole", "sqs:DeleteMessage", "MediaQueue"),
        # Step Functions' own way of saying where its log lines go.
        ("DownloadMachineRole", "logs:DeleteLogDelivery", "*"),
        *((f"Download{step}Role", "dynamodb:DeleteItem", "StateTable") for step in DOWNLOAD),
        ("SenderRole", "sqs:DeleteMessage", f"{BOT_QUEUES}.fifo"),
        ("ControlRole", "sqs:DeleteMessage", f"{BOT_QUEUES}.fifo"),
        ("ControlRole", "sqs:DeleteQueue", BOT_QUEUES),
        ("ControlRole", "ssm:DeleteParameter", "parameter/${AWS::StackName}/bots/*"),
        ("ControlRole", "lambda:DeleteEventSourceMapping", UNPREFIXED),
    }


def test_the_webhook_function_reads_rows_and_puts_updates_and_that_is_all(template: Template) -> None:
    assert allowed(template, "WebhookRole") == {
        "WebhookLogGroup": {"logs:CreateLogStream", "logs:PutLogEvents"},
        "StateTable": {"dynamodb:GetItem"},
        "UpdatesQueue": {"sqs:SendMessage"},
    }


def test_commands_write_to_no_queue_that_they_read_and_know_no_token(template: Template) -> None:
    may = allowed(template, "CommandsRole")

    assert {name for name, actions in may.items() if "sqs:SendMessage" in actions} == {
        f"{BOT_QUEUES}.fifo",
        "${AWS::StackName}-app-*.fifo",
        "MediaQueue",
        "DeadQueue",
    }
    assert may["EventBus"] == {"events:PutEvents"}
    assert not [action for actions in may.values() for action in actions if action.startswith("ssm:")]


def test_control_asks_for_mending_and_sends_nothing_to_bots(template: Template) -> None:
    may = allowed(template, "ControlRole")

    assert "sqs:SendMessage" in may["ControlQueue"]
    assert [name for name in may if name.startswith(BOT_QUEUES) and "sqs:SendMessage" in may[name]] == []


def test_bots_are_listed_by_the_index_and_nothing_scans(template: Template) -> None:
    index = f"table/${{AWS::StackName}}-state/index/{KIND_INDEX}"

    assert allowed(template, "ControlRole")[index] == {"dynamodb:Query"}
    assert not [one.name for one in template.statements() if "dynamodb:Scan" in one.actions]


def test_the_sender_reads_a_bot_and_the_stop_switch_in_one_call(template: Template) -> None:
    assert "dynamodb:BatchGetItem" in allowed(template, "SenderRole")["StateTable"]


def test_the_cache_opens_to_those_who_use_it(template: Template) -> None:
    connect = template.resource("RedisConnect")

    assert connect.condition == "MakesRedis"
    with_redis = {
        function.properties["Role"]["Fn::GetAtt"][0]
        for function in template.of_type(FUNCTION)
        if "REDIS_URL" in template.environment(function)
    }
    assert {role["Ref"] for role in connect.properties["Roles"]} == with_redis
    assert allowed(template, "RedisConnect") == {
        "RedisCache": {"elasticache:Connect"},
        "RedisUser": {"elasticache:Connect"},
    }
