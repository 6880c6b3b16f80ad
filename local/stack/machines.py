"""State machines' definitions as JSON.

AWS takes them as YAML from S3, which is how `sam deploy` brings them. The emulator keeps the text as it came, and fails
every execution whose definition is no JSON. So it is told once more after the deployment, through the public API.
"""

import json

import yaml

from local.stack.aws import Aws


def as_json(definition: str) -> str:
    r"""A definition as JSON, if it was YAML.

    >>> as_json("StartAt: Done # the end\nStates: {Done: {Type: Succeed}}")
    '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    """
    return json.dumps(yaml.safe_load(definition))


def translate(aws: Aws, stack: str) -> list[str]:
    """Tell the emulator the deployed machines' definitions as JSON.

    Returns:
        The machines' names.
    """
    machines = aws.client("stepfunctions")
    told = []
    for resource in aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if resource["ResourceType"] == "AWS::StepFunctions::StateMachine":
            arn = resource["PhysicalResourceId"]
            machine = machines.describe_state_machine(stateMachineArn=arn)
            machines.update_state_machine(stateMachineArn=arn, definition=as_json(machine["definition"]))
            told.append(machine["name"])
    return told
