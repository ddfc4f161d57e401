"""DynamoDB: tables and their life, their settings, and what belongs to them."""
