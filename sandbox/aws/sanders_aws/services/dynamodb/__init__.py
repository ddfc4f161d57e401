"""DynamoDB: tables from creation to deletion, their settings, and what belongs to them."""
