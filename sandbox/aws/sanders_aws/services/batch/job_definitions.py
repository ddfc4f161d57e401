"""Job definitions."""

import copy
import re
from typing import Any

from ...rules import operation
from ...wire import Call
from . import fargate
from .common import (
    API,
    backend_of,
    check_described,
    check_name,
    check_required,
    check_tags,
    invalid_request,
    page,
    refused,
)
from .model import BatchBackend, JobDefinition

_NORMALISED_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")
_MOST_ATTEMPTS = 10
_MOST_CONDITIONS = 5
_EXIT_PATTERNS = {
    "onReason": re.compile(r"[A-Za-z0-9.:\s]{0,511}\*?"),
    "onStatusReason": re.compile(r"[A-Za-z0-9.:\s]{0,511}\*?"),
    "onExitCode": re.compile(r"[0-9]{0,511}\*?"),
}
_FARGATE_LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")


@operation("batch", "RegisterJobDefinition", source=API + "API_RegisterJobDefinition.html")
def register_job_definition(call: Call) -> dict[str, Any]:
    """Checks sizes and what Fargate requires; each registration is a new revision, normalised."""
    check_required(call)
    params = copy.deepcopy(call.params)
    backend = backend_of(call)
    name, tags = params["jobDefinitionName"], params.pop("tags", {})
    check_name("jobDefinitionName", name)
    check_tags(tags)
    _check(params)

    revision = backend.revisions.get(name, 0) + 1
    definition = JobDefinition(
        name=name,
        arn=backend.arn("job-definition", f"{name}:{revision}"),
        revision=revision,
        content=_normalise(params),
    )
    backend.revisions[name] = revision
    backend.definitions[definition.arn] = definition
    backend.tags[definition.arn] = tags
    return {"jobDefinitionName": name, "jobDefinitionArn": definition.arn, "revision": revision}


@operation("batch", "DescribeJobDefinitions", source=API + "API_DescribeJobDefinitions.html")
def describe_job_definitions(call: Call) -> dict[str, Any]:
    """Finds by ARN or `name:revision`, or by name and status, newest first, page by page."""
    params = call.params
    backend = backend_of(call)
    references = params.get("jobDefinitions") or []
    check_described(references)
    if references and set(params) - {"jobDefinitions"}:
        raise invalid_request("jobDefinitions cannot be used with other parameters")
    if references:
        # A name alone is not enough here: it takes an ARN or name:revision.
        found = [d for reference in references if (d := _exact(backend, reference))]
    else:
        name, status = params.get("jobDefinitionName"), params.get("status")
        found = [
            d for d in backend.definitions.values()
            if (not name or d.name == name) and (not status or d.status == status)
        ]  # fmt: skip
        found.sort(key=lambda d: (d.name, -d.revision))
    return page(call, found, lambda definition: _describe(backend, definition), "jobDefinitions")


@operation("batch", "DeregisterJobDefinition", source=API + "API_DeregisterJobDefinition.html")
def deregister_job_definition(call: Call) -> None:
    """Makes the one revision INACTIVE that `name:revision` or the ARN names."""
    check_required(call)
    backend = backend_of(call)
    reference = call.params["jobDefinition"]
    definition = _exact(backend, reference)
    if definition is None:
        raise refused(f"Job definition {reference} does not exist; it must be name:revision or an ARN")
    definition.status = "INACTIVE"


def _exact(backend: BatchBackend, reference: str) -> JobDefinition | None:
    arn = reference if reference.startswith("arn:") else backend.arn("job-definition", reference)
    return backend.definitions.get(arn)


def _describe(backend: BatchBackend, definition: JobDefinition) -> dict[str, Any]:
    return {
        **definition.content,
        "jobDefinitionName": definition.name,
        "jobDefinitionArn": definition.arn,
        "revision": definition.revision,
        "status": definition.status,
        "tags": backend.tags[definition.arn],
    }


def _normalise(params: dict[str, Any]) -> dict[str, Any]:
    """What Batch makes of a definition. Seen in Terraform's provider, which must not take it for a change."""
    content = {"parameters": {}, "propagateTags": False, **params}
    content["containerOrchestrationType"] = "EKS" if "eksProperties" in params else "ECS"
    if "containerProperties" in content:
        _normalise_container(content["containerProperties"], "FARGATE" in content.get("platformCapabilities", []))
    for node in content.get("nodeProperties", {}).get("nodeRangeProperties", []):
        if "container" in node:
            _normalise_container(node["container"], on_fargate=False)
    for condition in content.get("retryStrategy", {}).get("evaluateOnExit", []):
        condition["action"] = condition["action"].lower()
    return content


def _normalise_container(container: dict[str, Any], on_fargate: bool) -> None:
    for key in _NORMALISED_LISTS:
        container.setdefault(key, [])
    # Batch drops entries with an empty value, and orders the rest itself.
    container["environment"] = sorted(
        (entry for entry in container["environment"] if entry.get("value")), key=lambda entry: str(entry.get("name"))
    )
    if on_fargate:
        container.setdefault("fargatePlatformConfiguration", {"platformVersion": "LATEST"})


def _check(params: dict[str, Any]) -> None:
    on_fargate = "FARGATE" in params.get("platformCapabilities", [])
    kinds = [
        key for key in ("containerProperties", "nodeProperties", "ecsProperties", "eksProperties") if key in params
    ]
    if params["type"] == "multinode" and (kinds != ["nodeProperties"] or on_fargate):
        raise invalid_request("a multinode definition must have nodeProperties, and cannot run on Fargate")
    if params["type"] == "container" and (len(kinds) != 1 or kinds == ["nodeProperties"]):
        raise invalid_request(
            "a container definition must have one of containerProperties, ecsProperties, eksProperties"
        )
    if "containerProperties" in params:
        check_container(params["containerProperties"], on_fargate)
    check_retry_strategy(params.get("retryStrategy", {}))
    check_timeout(params.get("timeout", {}))


def check_container(container: dict[str, Any], on_fargate: bool) -> None:
    """Refuses what Batch does not run. Source: API_ContainerProperties.html, API_ResourceRequirement.html."""
    if not container.get("image"):
        raise invalid_request("containerProperties.image is required")
    required = {item["type"]: item["value"] for item in container.get("resourceRequirements", [])}
    if not on_fargate:
        if "VCPU" not in required and not container.get("vcpus"):
            raise invalid_request("vCPU is not provided.")
        if "MEMORY" not in required and not container.get("memory"):
            raise invalid_request("Memory is not provided.")
        return
    for key, name in (("vcpus", "vcpus"), ("memory", "memory")):
        if container.get(key):
            raise refused(f"{name} is not applicable for Fargate. Use resource requirements instead.")
    check_fargate_size(required)
    if "GPU" in required:
        raise refused("GPU is not applicable for Fargate.")
    if not container.get("executionRoleArn"):
        raise invalid_request("executionRoleArn is required for Fargate")
    for key in ("privileged", "instanceType"):
        if container.get(key):
            raise refused(f"{key} is not applicable for Fargate.")
    driver = container.get("logConfiguration", {}).get("logDriver", "awslogs")
    if driver not in _FARGATE_LOG_DRIVERS:
        raise refused(f"logDriver {driver} is not applicable for Fargate: use {', '.join(_FARGATE_LOG_DRIVERS)}")
    size = container.get("ephemeralStorage", {}).get("sizeInGiB", 21)
    if not 21 <= size <= 200:
        raise invalid_request(f"ephemeralStorage.sizeInGiB must be 21 to 200, got {size}")


def check_retry_strategy(strategy: dict[str, Any]) -> None:
    """Refuses attempts and conditions that Batch does not take. Source: API_RetryStrategy.html, API_EvaluateOnExit."""
    attempts, conditions = strategy.get("attempts"), strategy.get("evaluateOnExit", [])
    if not 1 <= (1 if attempts is None else attempts) <= _MOST_ATTEMPTS:
        raise invalid_request(f"retryStrategy.attempts must be 1 to {_MOST_ATTEMPTS}, got {attempts}")
    if conditions and attempts is None:
        raise invalid_request("retryStrategy.attempts is required with evaluateOnExit")
    if len(conditions) > _MOST_CONDITIONS:
        raise invalid_request(f"evaluateOnExit must have at most {_MOST_CONDITIONS} conditions, got {len(conditions)}")
    for condition in conditions:
        for key, pattern in _EXIT_PATTERNS.items():
            if not pattern.fullmatch(condition.get(key, "")):
                raise invalid_request(f"evaluateOnExit.{key} should match valid pattern, got {condition[key]!r}")


def check_timeout(timeout: dict[str, Any]) -> None:
    """Refuses less than a minute. Source: API_JobTimeout.html."""
    seconds = timeout.get("attemptDurationSeconds", 60)
    if seconds < 60:
        raise invalid_request(f"timeout.attemptDurationSeconds must be at least 60, got {seconds}")


def check_fargate_size(required: dict[str, str]) -> None:
    """Refuses a size that Fargate does not offer. `required` are the resource requirements by type."""
    for kind, name in (("VCPU", "vCPU"), ("MEMORY", "Memory")):
        if kind not in required:
            raise invalid_request(f"{name} is not provided.")
    try:
        vcpus, memory = float(required["VCPU"]), int(required["MEMORY"])
    except ValueError:
        raise invalid_request(f"resourceRequirements: {required} must be numbers") from None
    if not fargate.offers(vcpus, memory):
        raise refused(f"Fargate resource requirements ({vcpus:.2f} vCPU, {memory} MiB) not valid.")
