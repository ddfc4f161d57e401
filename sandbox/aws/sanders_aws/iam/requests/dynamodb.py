"""DynamoDB: several tables in one call, indexes, and transactions, which need the right for each of their items.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from ..questions import Asking, asks, request_tags


@asks("dynamodb", "CreateTable")
def create(asking: Asking) -> None:
    tags = request_tags(asking.params)
    asking.ask_by_names("CreateTable", tags=tags)
    if tags:
        asking.ask_by_names("TagResource", tags=tags)
    if asking.params.get("ResourcePolicy"):
        asking.ask_by_names("PutResourcePolicy")


@asks("dynamodb", "Query", "Scan")
def read_many(asking: Asking) -> None:
    """Who reads an index needs the right for that, and none for its table."""
    table, index = asking.params.get("TableName", ""), asking.params.get("IndexName")
    if index:
        arn = table if table.startswith("arn:") else asking.arn("dynamodb", "table", table)
        asking.ask(asking.call.action, "index", f"{arn}/index/{index}")
    else:
        asking.ask(asking.call.action, "table", table)


@asks("dynamodb", "BatchGetItem", "BatchWriteItem")
def batch(asking: Asking) -> None:
    for table in asking.params.get("RequestItems", {}):
        asking.ask(asking.call.action, "table", table)


@asks("dynamodb", "TransactGetItems")
def transact_get(asking: Asking) -> None:
    for table in sorted({item["Get"]["TableName"] for item in asking.params.get("TransactItems", [])}):
        asking.ask("GetItem", "table", table)


@asks("dynamodb", "TransactWriteItems")
def transact_write(asking: Asking) -> None:
    actions = {"ConditionCheck": "ConditionCheckItem", "Delete": "DeleteItem", "Put": "PutItem", "Update": "UpdateItem"}
    items = asking.params.get("TransactItems", [])
    for kind, table in sorted({(kind, one["TableName"]) for item in items for kind, one in item.items() if one}):
        keys = None if kind == "ConditionCheck" else {"dynamodb:EnclosingOperation": "TransactWriteItems"}
        asking.ask(actions[kind], "table", table, keys=keys)
