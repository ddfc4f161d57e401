"""What all of DynamoDB's modules share."""

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table

from ...errors import AwsError
from ...wire import Call

API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/"


def backend_of(call: Call) -> DynamoDBBackend:
    """The account's DynamoDB in the call's region."""
    backend: DynamoDBBackend = dynamodb_backends[call.account][call.region]
    return backend


def table_of(call: Call) -> Table | None:
    """The table that the call is about, whether it names it or gives its ARN; None if it is about none."""
    params = call.params if call.operation is not None else {}
    name = params.get("TableName") or params.get("ResourceArn") or ""
    return backend_of(call).tables.get(name.rpartition("/")[2])


def existing_table(call: Call) -> Table:
    """The table that the call names, which must be there."""
    table = table_of(call)
    if table is None:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: Table: {call.params['TableName']} not found"
        )
    return table


def invalid(message: str) -> AwsError:
    """A ValidationException."""
    return AwsError("ValidationException", message)
