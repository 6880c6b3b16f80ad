"""What downloads are kept in, and who may do what: functions that meet strangers' servers and files may do little."""

import pytest

from tests.infra.cfn import BUCKET, BUCKET_POLICY, FUNCTION, LOG_GROUP, MACHINE, Template, name_of
from tests.infra.test_permissions import BOT_QUEUES, DOWNLOAD, FILES, allowed

TOKENS = "parameter/${AWS::StackName}/bots/*"
SECRETS = "parameter/${AWS::StackName}/media/*"


def test_the_store_is_closed_and_encrypted(template: Template) -> None:
    (bucket,) = template.of_type(BUCKET)

    assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
    assert bucket.properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_files_go_by_themselves_and_so_do_unfinished_uploads(template: Template) -> None:
    (bucket,) = template.of_type(BUCKET)
    rules = {rule["Id"]: rule for rule in bucket.properties["LifecycleConfiguration"]["Rules"]}

    assert rules["Forget"]["ExpirationInDays"] == {"Ref": "MediaDays"}
    assert rules["AbortUploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {rule["Status"] for rule in rules.values()} == {"Enabled"}
    assert not [rule for rule in rules.values() if "Prefix" in rule or "Filter" in rule], "they are for all"


@pytest.mark.parametrize("policy", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_a_stack_that_goes_leaves_its_store_behind(template: Template, policy: str) -> None:
    """CloudFormation can't delete a bucket that holds something, and would fail with the stack half gone."""
    (bucket,) = template.of_type(BUCKET)

    assert bucket.body[policy] == "Retain"


def test_nobody_speaks_to_the_store_in_plain_text(template: Template) -> None:
    (policy,) = template.of_type(BUCKET_POLICY)
    (statement,) = policy.properties["PolicyDocument"]["Statement"]

    assert policy.properties["Bucket"] == {"Ref": "MediaBucket"}
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == ("Deny", "s3:*", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["MediaBucket", "Arn"]}, {"Fn::Sub": "${MediaBucket.Arn}/*"}]


def test_fetch_alone_writes_files_and_nobody_takes_any_away(template: Template) -> None:
    writers = {
        (statement.owner, action)
        for statement in template.statements()
        for action in statement.actions
        if action.startswith("s3:") and action not in ("s3:GetObject", "s3:ListBucket")
    }

    assert writers == {("DownloadFetchRole", "s3:PutObject"), ("DownloadFetchRole", "s3:AbortMultipartUpload")}
    assert {
        resource for resource, actions in allowed(template, "DownloadFetchRole").items() if "s3:PutObject" in actions
    } == FILES


def test_those_who_meet_strangers_hold_no_token_and_give_up_nothing(template: Template) -> None:
    for role in ("DownloadProbeRole", "DownloadFetchRole"):
        may = allowed(template, role)
        assert [name for name in may if name.startswith("parameter/")] == [SECRETS], role
        assert "EventBus" not in may
        assert "DeadQueue" not in may
    assert not [name for name in allowed(template, "DownloadProbeRole") if name.startswith(BOT_QUEUES)]


def test_who_wants_to_know_whether_a_file_is_there_may_list(template: Template) -> None:
    """Without ListBucket S3 answers 403 for an object that isn't there, and nobody knows whether it was lost."""
    for step in DOWNLOAD:
        may = allowed(template, f"Download{step}Role")
        reads = any("s3:GetObject" in actions for actions in may.values())
        assert ("s3:ListBucket" in may.get("MediaBucket", set())) is reads, step


def test_deliver_alone_of_downloads_has_tokens(template: Template) -> None:
    holders = [step for step in DOWNLOAD if TOKENS in allowed(template, f"Download{step}Role")]

    assert holders == ["Deliver"]
    assert allowed(template, "DownloadDeliverRole")[TOKENS] == {"ssm:GetParameter"}


def test_executions_are_started_and_stopped_by_request_and_sweep(template: Template) -> None:
    starters = {statement.owner for statement in template.statements() if "states:StartExecution" in statement.actions}

    assert starters == {"DownloadRequestRole", "DownloadSweepRole"}
    for role in starters:
        may = allowed(template, role)
        assert may["DownloadMachine"] == {"states:StartExecution"}
        assert may["execution:${AWS::StackName}-download:*"] == {"states:StopExecution"}


def test_the_machine_calls_the_functions_that_it_names(template: Template) -> None:
    (machine,) = template.of_type(MACHINE)
    named = {
        value["Fn::GetAtt"][0]
        for value in machine.properties["DefinitionSubstitutions"].values()
        if "Fn::GetAtt" in value
    }
    may = allowed(template, "DownloadMachineRole")

    assert {name for name, actions in may.items() if actions == {"lambda:InvokeFunction"}} == named
    assert named == {"DownloadProbeFunction", "DownloadFetchFunction", "DownloadDeliverFunction"}
    assert machine.properties["Name"] == {"Fn::Sub": "${AWS::StackName}-download"}


def test_the_machine_logs_what_fails_without_data(template: Template) -> None:
    """Links of users are nobody's business; the functions' own lines tell the story."""
    (machine,) = template.of_type(MACHINE)
    logging = machine.properties["Logging"]
    group = logging["Destinations"][0]["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"][0]

    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
    name = {found.name: found.properties["LogGroupName"] for found in template.of_type(LOG_GROUP)}[group]
    assert name["Fn::Sub"].startswith("/aws/vendedlogs/states/"), "else a resource policy grows with each group"


def test_the_sweep_comes_every_minute_and_one_that_fails_waits_for_the_next(template: Template) -> None:
    sweep = template.resource("DownloadSweepFunction").properties
    (schedule,) = sweep["Events"].values()

    assert (schedule["Type"], schedule["Properties"]["Schedule"]) == ("Schedule", "rate(1 minute)")
    assert sweep["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}


def test_private_hosts_are_known_to_those_alone_who_look_at_sites(template: Template) -> None:
    told = {
        name_of(function)
        for function in template.of_type(FUNCTION)
        if "MEDIA_ALLOWED_HOSTS" in template.environment(function)
    }

    assert told == {"download-probe", "download-fetch"}
    assert template.body["Parameters"]["MediaAllowedHosts"]["Default"] == ""


def test_links_lead_where_answers_say(template: Template) -> None:
    (link,) = [
        event["Properties"]
        for event in template.resource("ApiFunction").properties["Events"].values()
        if event["Properties"]["Path"].startswith("/m/")
    ]
    deliver = template.environment(template.resource("DownloadDeliverFunction"))

    assert (link["Method"], link["Path"]) == ("GET", "/m/{token}")
    assert deliver["PUBLIC_URL"] == template.body["Outputs"]["ApiUrl"]["Value"]
    assert template.environment(template.resource("ApiFunction"))["MEDIA_BUCKET"] == {"Ref": "MediaBucket"}
